//! Countries: their ISO 3166-1 codes, and the English names that the service knows them by.

/// The service's names where they are not ISO's. Assumed: gathered from its older, shorter list of names.
const VENDOR: &[(&str, &str)] = &[
    ("AX", "Aland Islands"),
    ("BO", "Bolivia"),
    ("CV", "Cape Verde"),
    ("CD", "Congo, the Democratic Republic of the"),
    ("CI", "Cote D'Ivoire"),
    ("CZ", "Czech Republic"),
    ("VA", "Holy See (Vatican City State)"),
    ("IR", "Iran, Islamic Republic of"),
    ("KP", "Korea, Democratic People's Republic of"),
    ("KR", "Korea, Republic of"),
    ("LY", "Libyan Arab Jamahiriya"),
    ("MK", "Macedonia, the Former Yugoslav Republic of"),
    ("FM", "Micronesia, Federated States of"),
    ("MD", "Moldova, Republic of"),
    ("NL", "Netherlands"),
    ("PS", "Palestinian Territory, Occupied"),
    ("RE", "Reunion"),
    ("SH", "Saint Helena"),
    ("SZ", "Swaziland"),
    ("TW", "Taiwan"),
    ("TZ", "Tanzania, United Republic of"),
    ("TR", "Turkey"),
    ("GB", "United Kingdom"),
    ("US", "United States"),
    ("VE", "Venezuela"),
    ("VG", "Virgin Islands, British"),
    ("VI", "Virgin Islands, U.S."),
];

/// A country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// The name that answers show.
    pub name: &'static str,
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
}

/// The country of that English name – the service's or ISO's – without regard to ASCII case.
#[must_use]
pub fn named(name: &str) -> Option<Country> {
    let vendors =
        VENDOR.iter().find(|(_, vendors)| vendors.eq_ignore_ascii_case(name)).map(|(code, _)| *code);
    let code = vendors.or_else(|| {
        rust_iso3166::ALL
            .iter()
            .find(|country| country.name.eq_ignore_ascii_case(name))
            .map(|country| country.alpha2)
    });
    code.and_then(coded)
}

/// The country of that alpha-2 code, in upper case.
#[must_use]
pub fn coded(code: &str) -> Option<Country> {
    let country = rust_iso3166::from_alpha2(code)?;
    let vendors = VENDOR.iter().find(|(vendors, _)| *vendors == code).map(|(_, name)| *name);
    Some(Country { name: vendors.unwrap_or(country.name), code: country.alpha2 })
}

/// The name of the country that has this code, of two letters or three, in any case.
#[must_use]
pub fn by_code(code: &str) -> Option<&'static str> {
    let code = code.to_ascii_uppercase();
    let country = rust_iso3166::from_alpha2(&code).or_else(|| rust_iso3166::from_alpha3(&code))?;
    coded(country.alpha2).map(|country| country.name)
}

/// The country whose name is most like this one, if any is like it at all.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let countries = rust_iso3166::ALL.iter().filter_map(|country| coded(country.alpha2));
    let like =
        countries.map(|country| (strsim::jaro_winkler(&country.name.to_lowercase(), &name), country.name));
    let (likeness, nearest) = like.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (likeness > 0.85).then_some(nearest)
}

/// Whether V3 knows the states of a country. Observed of the United States, assumed of Canada and Australia.
#[must_use]
pub fn has_states(code: &str) -> bool {
    ["US", "CA", "AU"].contains(&code)
}

/// Whether a country of which V3 knows the states has one of this English name, without regard to case. Assumed: the
/// names are those of ISO 3166-2, territories and outlying areas included; accents may be left out.
#[must_use]
pub fn is_state(code: &str, name: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace('é', "e");
    let country = rust_iso3166::from_alpha2(code);
    let states = country.as_ref().and_then(rust_iso3166::CountryCode::subdivisions);
    states.into_iter().flatten().any(|state| plain(state.name) == plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_found_by_the_services_name_and_by_isos() {
        for (name, code, shown) in [
            ("United States", "US", "United States"),
            ("uNITED sTATES", "US", "United States"),
            ("United States of America", "US", "United States"),
            ("United Kingdom", "GB", "United Kingdom"),
            ("Korea, Republic of", "KR", "Korea, Republic of"),
            ("Germany", "DE", "Germany"),
            ("Türkiye", "TR", "Turkey"),
        ] {
            assert_eq!(named(name), Some(Country { name: shown, code }), "{name}");
        }
        for name in ["", "US", "USA", "Atlantis", "United States "] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn states_are_known_by_their_names_alone() {
        for (code, name) in [
            ("US", "Texas"),
            ("US", "tEXAS"),
            ("US", "District of Columbia"),
            ("US", "Puerto Rico"),
            ("CA", "Ontario"),
            ("CA", "Québec"),
            ("CA", "quebec"),
            ("AU", "New South Wales"),
        ] {
            assert!(is_state(code, name), "{name}");
        }
        for (code, name) in
            [("US", "TX"), ("US", "US-TX"), ("US", ""), ("US", "Ontario"), ("CA", "ON"), ("AU", "NSW")]
        {
            assert!(!is_state(code, name), "{name}");
        }
        assert!(has_states("US") && !has_states("GB"));
    }

    #[test]
    fn every_vendor_name_belongs_to_a_country_and_to_one_only() {
        for (code, name) in VENDOR {
            assert_eq!(named(name).map(|country| country.code), Some(*code));
            let iso = rust_iso3166::from_alpha2(code).unwrap().name;
            assert_ne!(iso, *name, "no need to list it");
            assert!(rust_iso3166::ALL.iter().all(|c| !c.name.eq_ignore_ascii_case(name)), "{name}");
        }
        assert_eq!(rust_iso3166::ALL.iter().filter(|country| named(country.name).is_some()).count(), 249);
    }
}
