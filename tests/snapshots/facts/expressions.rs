fn calls() {
    f(a, b)(c);
    a::b::<T>::c();
    <T as Trait>::f(x);
    <Vec<u8>>::new();
    ::std::process::exit(0);
    client.get::<u8>(url).header("a", "b").send().await?.x.0[1];
    (self.callback)(x);
    ((a)).b();
}

fn literals() {
    "plain";
    r#"ra"w"#;
    "esc\u{61}ped \
     text";
    b"bytes";
    c"c string";
    b'x';
    'y';
    0xff_u8;
    1_000i64;
    1.5e3;
    true;
}

fn operators() {
    !a && -b == c || d != e;
    a < b;
    a <= b;
    a > b;
    a >= b;
    a + b - c * d % e;
    *a = &mut b;
    a += &raw const b;
    a as u8 as Vec<u8>;
    ..;
    a..;
    ..=b;
    a..b;
    a..=b;
}

fn compounds() {
    S { a, b: c, ..Default::default() };
    T { 0: x };
    Q::<u8> {};
    (a, b);
    (a,);
    ();
    [a, b];
    [a; 3];
    |x, (y, z): (u8, u8)| x;
    move || -> u8 { 1 };
    async |x| x.await;
    async move |x| x;
    for<'a> |x: &'a u8| x;
    { a };
    unsafe { a };
    async { a };
    async move { a };
    const { a };
    _ = a;
}

fn control() -> u8 {
    if a { b } else if c { d } else { e }
    if let Some(x) = a && let Ok(y) = x && y > 0 { b }
    match a { A => b, B | C if d => e, _ => {} }
    'outer: while a { break 'outer; }
    while let Some(x) = iter.next() { continue; }
    'l: loop { break 'l 1; }
    for (i, x) in xs.iter().enumerate() { continue 'l; }
    let v = 'b: { break 'b 2 };
    return;
    return a
}

fn statements() {
    let a;
    let b: u8 = 1;
    #[cfg(unix)]
    let mut c = 2;
    let Some(d) = e else { return };
    let (x, y): (A, B);
    fn inner() {}
    inner();
    if a {}
    m! { x }
    m!(y);
    tail
}
