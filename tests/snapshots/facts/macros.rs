fn arguments() {
    m!();
    println!("{token} {other:?} {{no}} {0} {} {named}", first, named = value,);
    write!(f, "{x}");
    info!(target: "t", user = %user.name, ?error, http.status = 200, "key" = 1, "said {what}");
    vec![a, b];
    tokio::join!(a(), b.c());
    assert_eq!(a, b);
    m!(type = a, a == b, a => b);
    m!(a = b == c);
    m![m!(m! { x })];
}

async fn select() {
    tokio::select! {
        biased;
        _ = shutdown.recv() => break,
        Some(x) = rx.recv(), if !done && x => { work(x).await }
        (a, b) = both() => { a }
        [c, _] = array() => c,
        else => return,
    }
    select! {
        a = f.fuse() => a,
        complete => break,
        default => unreachable!(),
    };
    crossbeam::select! {
        recv(r) -> msg => use_it(msg),
        send(s, value()) -> Ok(res) => {}
        default(Duration::from_secs(1)) => timeout(),
    }
}

fn patterns() {
    matches!(x, Some(y) if y > 0);
    matches!(x, A | B);
    matches!(x, A { .. } | 'a'..='z');
    assert_matches!(x, Ok(ref y) if y.is_empty(), "message");
    hashmap! { "a" => b, "c" => d };
    hashmap! { key() => b };
}

fn bodies() {
    m! { let x = f(); g(x) }
    m! { x; y }
    vec![x; 3];
    cfg_if::cfg_if! {
        if #[cfg(unix)] {
            let a = one();
        } else if #[cfg(windows)] {
            two();
        } else {
            three()
        }
    }
    json!({ "token": token, "list": [a, { "b": c }], "null": null, "n": -1 });
    html! { <p class="a">{ name }</p> { let x = 1; f(x) } };
    m!(a b c, f(x), @ y; g(z));
    m! { fn inside() {} }
}
