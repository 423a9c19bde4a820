//! Base64, as headers and manifests have it.

/// What a text of Base64 says, in its letters for files or for addresses, with or without padding; nothing where it is none
/// or says no text.
#[must_use]
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim().trim_end_matches('=').bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        bits = (bits << 6) | u32::from(six_bits(byte)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

fn six_bits(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_decoded_and_all_else_is_nothing() {
        for (encoded, text) in [
            ("a2l3aQ==", Some("kiwi")),
            ("a2l3aQ", Some("kiwi")),
            (" a2l3\n aQ==\n", Some("kiwi")),
            ("Pz8/", Some("???")),
            ("Pz8_", Some("???")),
            ("", Some("")),
            ("$(KIWI)", None),
            ("/////w==", None),
        ] {
            assert_eq!(decoded(encoded).as_deref(), text, "{encoded}");
        }
    }
}
