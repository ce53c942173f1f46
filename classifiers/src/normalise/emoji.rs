//! The word that an emoji stands for.

/// The word of an emoji: one of our own where its meaning matters to the lexicons, else its usual short
/// name (`joy`, `rat`, `see_no_evil`). None for what is no emoji, or has no name of letters.
pub(super) fn word(ch: char) -> Option<&'static str> {
    if ch.is_ascii() {
        return None;
    }
    plain_word(ch).or_else(|| short_name(ch))
}

fn short_name(ch: char) -> Option<&'static str> {
    // Signs that are letters or punctuation elsewhere (`©`, `™`, `ℹ`, `Ⓜ`) are no pictures.
    if ch < '\u{2190}' || ch.is_alphanumeric() {
        return None;
    }
    let mut bytes = [0; 4];
    let emoji = emojis::get(ch.encode_utf8(&mut bytes))?;
    emoji.shortcodes().find(|name| {
        name.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

/// The word for the few that carry meaning in crisis, abuse or stigma: the lexicons know them by it.
fn plain_word(ch: char) -> Option<&'static str> {
    Some(match ch {
        '💀' | '☠' => "skull",
        '🔪' | '🗡' => "knife",
        '🔫' => "gun",
        '💊' => "pill",
        '💉' => "needle",
        '⚰' => "coffin",
        '⚱' => "urn",
        '🪦' => "grave",
        '🪢' => "rope",
        '🌉' => "bridge",
        '🚆' | '🚂' | '🚄' | '🚅' => "train",
        '🪒' => "razor",
        '🩸' => "blood",
        '🔥' => "fire",
        '🧨' | '💣' => "bomb",
        '👋' => "wave",
        '🕊' => "dove",
        '👼' | '😇' => "angel",
        '🪽' => "wings",
        '💔' => "broken",
        '🫵' => "you",
        '🐷' | '🐖' => "pig",
        '🐍' => "snake",
        '🤡' => "clown",
        '🗑' | '🚮' => "trash",
        '🖕' => "finger",
        '🔚' => "end",
        '🪓' => "axe",
        '🏥' | '🚑' => "hospital",
        _ => return None,
    })
}
