use super::*;

#[test]
fn batches_put_the_loss_on_answers_and_their_ends() {
    let (short, long) = (
        Sequence {
            prompt: vec![7, 8],
            answer: vec![9],
        },
        Sequence {
            prompt: vec![7],
            answer: vec![5, 6],
        },
    );
    let batch = pack(&[vec![&short, &long], vec![&short, &short]], None, Some(6));
    assert_eq!(batch.length, 4);
    assert_eq!(batch.tokens, [1, 7, 8, 9, 1, 7, 5, 6, 1, 7, 8, 9, 1, 7, 8, 9]);
    assert_eq!(batch.rows, [2, 3, 5, 6, 7, 2, 10, 11, 14, 15, 10, 10]);
    assert_eq!(batch.labels, [9, 2, 5, 6, 2, 0, 9, 2, 9, 2, 0, 0]);
    assert_eq!(batch.weights[..6], [0.2, 0.2, 0.2, 0.2, 0.2, 0.0]);
    assert_eq!(batch.weights[6..], [0.25, 0.25, 0.25, 0.25, 0.0, 0.0]);
}
