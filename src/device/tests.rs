use super::*;
use pollster::block_on;

#[test]
fn the_plan_passes_the_test_that_the_reference_defines() {
    let (losses, sums) = block_on(super::self_test::fingerprint(&reference())).unwrap();
    assert!(
        super::self_test::fingerprint_error(&losses, &sums) < 1e-5,
        "golden.rs should hold {losses:?} and {sums:?}"
    );
    for engine in [reference(), cpu()] {
        let result = block_on(self_test(&engine, &|| 0.0)).unwrap();
        // Neither range holds NaN.
        assert!((0.0..1e-5).contains(&result.matmul_error), "{result:?}");
        assert!((0.0..1e-4).contains(&result.gradient_error), "{result:?}");
    }
    let agreement = block_on(agreement(&cpu(), 20)).unwrap();
    assert!(
        agreement.loss_error < 1e-4
            && agreement.gradient_error < 1e-3
            && agreement.last_loss < 0.5 * agreement.first_loss,
        "{agreement:?}"
    );
}

#[test]
fn wrong_and_unfinished_numbers_do_not_pass() {
    use super::self_test::relative_error;
    assert!(relative_error(&[1.0, 2.0], &[1.0, 2.0]) == 0.0);
    assert!((relative_error(&[1.0, 2.5], &[1.0, 2.0]) - 0.25).abs() < 1e-9);
    for broken in [vec![f32::NAN, 2.0], vec![1.0], vec![0.0, f32::INFINITY]] {
        let error = relative_error(&broken, &[1.0, 2.0]);
        assert!(!super::self_test::passes(error), "{broken:?}: {error}");
    }
}
