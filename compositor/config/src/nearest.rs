//! The name that was probably meant.

/// The candidate most like `name`, if one is similar enough that showing it helps.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase().replace('_', "-");
    let rated = candidates.into_iter().map(|candidate| {
        // Jaro-Winkler rates a common beginning highly, as people remember names; a part of a longer name is near too.
        let part = lower.len() >= 3 && candidate.contains(&lower);
        let likeness = strsim::jaro_winkler(&lower, &candidate.to_lowercase());
        (if part { likeness.max(0.85) } else { likeness }, candidate)
    });
    rated.filter(|(likeness, _)| *likeness > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_found_and_nonsense_is_not() {
        let names = ["gap-px", "master-fraction", "radius-px"];
        assert_eq!(nearest("gap_px", names), Some("gap-px"));
        assert_eq!(nearest("gaps", names), Some("gap-px"));
        assert_eq!(nearest("Master", names), Some("master-fraction"));
        assert_eq!(nearest("fraction", names), Some("master-fraction"));
        assert_eq!(nearest("zzz", names), None);
    }
}
