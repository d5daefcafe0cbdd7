use super::*;

fn best(pairs: usize, alternative: Alternative) -> String {
    let test = sign_flip(&vec![1.0; pairs], alternative, 1).unwrap();
    show_p(test.p, Some(&test))
}

#[test]
fn a_p_value_is_never_shown_as_zero() {
    for (p, shown) in [
        (0.0123, "p = 0.012"),
        (0.05, "p = 0.050"),
        (0.5, "p = 0.500"),
        (0.001, "p = 0.001"),
        (0.000_999, "p < 0.001"),
        (1e-300, "p < 0.001"),
        (0.0, "p < 0.001"),
        (0.999, "p = 0.999"),
        (0.9996, "p > 0.999"),
        (1.0, "p = 1"),
    ] {
        assert_eq!(show_p(p, None), shown);
    }
}

#[test]
fn the_least_that_a_test_can_give_is_said_to_be() {
    use Alternative::{Greater, TwoSided};
    for (shown, expected) in [
        (best(1, Greater), "p = 0.5, the least that 1 pair can give"),
        (best(1, TwoSided), "p = 1, the least that 1 pair can give"),
        (best(5, Greater), "p = 0.031, the least that 5 pairs can give"),
        (best(8, Greater), "p = 0.0039, the least that 8 pairs can give"),
        (best(10, Greater), "p = 0.00098, the least that 10 pairs can give"),
        (best(20, Greater), "p = 0.00000095, the least that 20 pairs can give"),
        (
            best(30, TwoSided),
            "p = 0.00001, the least that 100 thousand random flips can give",
        ),
    ] {
        assert_eq!(shown, expected);
    }
    let test = sign_flip(&[1.0, 1.0, 1.0, 1.0, -0.1], Alternative::Greater, 1).unwrap();
    assert_eq!(show_p(test.p, Some(&test)), "p = 0.062");
    // Adjusted for three arms, it is not the least any more.
    assert_eq!(show_p(3.0 * test.floor, Some(&test)), "p = 0.094");
}

#[test]
fn goes_to_the_page_and_back() {
    let test = sign_flip(&[1.0, 2.0], Alternative::TwoSided, 1).unwrap();
    let json = serde_json::to_string(&test).unwrap();
    assert_eq!(json, r#"{"p":0.5,"floor":0.5,"pairs":2,"exact":true}"#);
    assert_eq!(serde_json::from_str::<SignFlip>(&json).unwrap(), test);
    let found = tost(&[0.0, 0.0], 0.5).unwrap();
    let json = serde_json::to_string(&found).unwrap();
    assert!(
        json.contains(r#""interval90":{"low":0.0,"high":0.0},"p":null"#),
        "{json}"
    );
    assert_eq!(serde_json::from_str::<Tost>(&json).unwrap(), found);
    assert_eq!(serde_json::to_string(&Alternative::TwoSided).unwrap(), r#""twoSided""#);
}

#[test]
fn what_rounds_to_zero_has_no_sign() {
    assert_eq!(fixed(-0.004, 2), "0.00");
    assert_eq!(fixed(-0.006, 2), "-0.01");
    assert_eq!(fixed(-0.4, 0), "0");
    assert_eq!(fixed(10.0, 1), "10.0");
}
