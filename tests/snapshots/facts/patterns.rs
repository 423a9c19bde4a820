fn f((a, ref b): (u8, u8), S { c, d: mut e, .. }: S, &g: &u8, [h, .., i]: [u8; 3], _: ()) {
    match x {
        name => {}
        ref mut name @ Some(_) => {}
        None => {}
        a::B => {}
        <T as U>::C => {}
        a::Some(x, ..) => {}
        T { 0: x, 1: _ } => {}
        (x, .., y) | [x, rest @ .., y] => {}
        &(ref x, &mut y) => {}
        0 | -1 | 'a' | "s" | 1.5 | true => {}
        0..=9 | 'a'..'z' | ..=5 | 5.. | A..=B => {}
        const { 1 } => {}
        m!(x) => {}
        | A | B if a && let Some(z) = b => {}
        (A | B) => {}
    }
    |x: u8, &y| x;
}
