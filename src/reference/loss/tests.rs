use super::super::read;
use super::*;
use burn::tensor::Distribution;
use pollster::block_on;

const P: usize = 2;
const K: usize = 3;
const V: usize = 5;

fn device() -> Device {
    Device::flex()
}

fn random(scale: f64) -> Tensor<3> {
    Tensor::random([P, K, V], Distribution::Normal(0.0, scale), &device())
}

fn member(values: [f32; P]) -> Tensor<3> {
    Tensor::from_data(TensorData::new(values.to_vec(), [P, 1, 1]), &device())
}

fn soft(logits: Tensor<3>, temperature: [f32; P]) -> Targets {
    Targets {
        logits,
        temperature: member(temperature),
        weight: Tensor::full([P, K, 1], 1.0 / K as f64, &device()),
        hard: None,
        hidden: None,
    }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    block_on(read(tensor)).unwrap().into_iter().map(f64::from).collect()
}

fn log_softmax(row: &[f64]) -> Vec<f64> {
    let max = row.iter().copied().fold(f64::MIN, f64::max);
    let log_sum = max + row.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
    row.iter().map(|x| x - log_sum).collect()
}

/// The formula by plain sums.
fn expected(student: &[f64], teacher: &[f64], t: f64, hard: Option<(f64, usize)>) -> f64 {
    let at = |row: &[f64]| log_softmax(&row.iter().map(|x| x / t).collect::<Vec<_>>());
    let kl: f64 = at(teacher)
        .iter()
        .zip(at(student))
        .map(|(p, q)| p.exp() * (p - q))
        .sum();
    let (weight, label) = hard.unwrap_or((0.0, 0));
    (1.0 - weight) * t * t * kl - weight * log_softmax(student)[label]
}

#[test]
fn equals_the_formula_with_temperature_and_hard_labels() {
    let (student, teacher) = (random(2.0), random(2.0));
    let labels = [[1, 4, 0], [2, 2, 3]];
    let one_hot: Vec<f32> = labels
        .concat()
        .iter()
        .flat_map(|&label| (0..V).map(move |v| f32::from(v == label)))
        .collect();
    let mut targets = soft(teacher.clone(), [1.0, 4.0]);
    targets.hard = Some(HardTerm {
        labels: Tensor::from_data(TensorData::new(one_hot, [P, K, V]), &device()),
        weight: member([0.0, 0.3]),
    });
    let losses = values(loss(student.clone(), &targets));
    let (s, z) = (values(student), values(teacher));
    for p in 0..P {
        let row = |all: &[f64], k: usize| all[(p * K + k) * V..][..V].to_vec();
        let (t, weight) = [(1.0, 0.0), (4.0, 0.3)][p];
        let mean = (0..K)
            .map(|k| expected(&row(&s, k), &row(&z, k), t, Some((weight, labels[p][k]))))
            .sum::<f64>()
            / K as f64;
        assert!((losses[p] - mean).abs() < 1e-5, "{} for {mean}", losses[p]);
    }
}

#[test]
fn a_student_that_is_the_teacher_has_no_loss_and_no_gradient() {
    let teacher = random(3.0);
    for temperature in [[1.0, 1.0], [0.5, 20.0]] {
        let student = teacher.clone().autodiff().require_grad();
        let losses = loss(student.clone(), &soft(teacher.clone(), temperature));
        let mut gradients = losses.clone().sum().backward();
        assert!(values(losses.inner()).iter().all(|loss| loss.abs() < 1e-5));
        let gradient = values(student.grad_remove(&mut gradients).unwrap());
        assert!(gradient.iter().all(|g| g.abs() < 1e-5), "{gradient:?}");
    }
}

#[test]
fn gradients_equal_finite_differences() {
    let (student, teacher) = (random(1.0), random(2.0));
    let mut hidden = vec![false; P * K * V];
    hidden[1] = true;
    hidden[3] = true;
    for with_tail in [false, true] {
        let mut targets = soft(teacher.clone(), if with_tail { [1.0, 1.0] } else { [1.0, 3.0] });
        targets.hidden = with_tail.then(|| Tensor::from_data(TensorData::new(hidden.clone(), [P, K, V]), &device()));
        let leaf = student.clone().autodiff().require_grad();
        let mut gradients = loss(leaf.clone(), &targets).sum().backward();
        let gradient = values(leaf.grad_remove(&mut gradients).unwrap());
        let base = block_on(read(student.clone())).unwrap();
        for i in 0..base.len() {
            let shifted = |by: f32| {
                let mut moved = base.clone();
                moved[i] += by;
                values(loss(
                    Tensor::from_data(TensorData::new(moved, [P, K, V]), &device()),
                    &targets,
                ))
                .iter()
                .sum::<f64>()
            };
            let difference = (shifted(1e-2) - shifted(-1e-2)) / 2e-2;
            assert!(
                (gradient[i] - difference).abs() < 2e-3,
                "{i}: {} for {difference}",
                gradient[i]
            );
        }
    }
}

#[test]
fn the_tail_bucket_has_the_bucketed_divergence() {
    let (student, teacher) = (random(1.0), random(2.0));
    let shown = |v: usize| v < 2;
    let hidden: Vec<bool> = (0..P * K * V).map(|i| !shown(i % V)).collect();
    let mut targets = soft(teacher.clone(), [1.0; P]);
    targets.hidden = Some(Tensor::from_data(TensorData::new(hidden, [P, K, V]), &device()));
    let losses = values(loss(student.clone(), &targets));
    let (s, z) = (values(student), values(teacher));
    for p in 0..P {
        let bucketed = |k: usize| {
            let (q, t) = (
                log_softmax(&s[(p * K + k) * V..][..V]),
                log_softmax(&z[(p * K + k) * V..][..V]),
            );
            let tail = |log: &[f64]| log[2..].iter().map(|x| x.exp()).sum::<f64>();
            (0..2).map(|v| t[v].exp() * (t[v] - q[v])).sum::<f64>() + tail(&t) * (tail(&t) / tail(&q)).ln()
        };
        let mean = (0..K).map(bucketed).sum::<f64>() / K as f64;
        assert!((losses[p] - mean).abs() < 1e-5, "{} for {mean}", losses[p]);
    }
}

#[test]
fn hard_labels_are_cross_entropy_and_padding_does_not_count() {
    let student = random(2.0);
    let labels = [1, 4, 0, 2, 2, 3];
    let weights = [0.5, 0.5, 0.0, 0.25, 0.25, 0.5];
    let losses = values(loss(
        student.clone(),
        &Targets::hard(&labels, &weights, P, V, &device()),
    ));
    let s = values(student);
    for (p, loss) in losses.iter().enumerate() {
        let rows = (p * K..(p + 1) * K)
            .map(|row| -log_softmax(&s[row * V..][..V])[labels[row] as usize] * f64::from(weights[row]));
        assert!((loss - rows.sum::<f64>()).abs() < 1e-5);
    }
}

#[test]
fn huge_logits_stay_finite() {
    let student = random(1.0) * 1e4;
    let losses = values(loss(student, &soft(random(1.0) * 1e4, [1.0, 2.0])));
    assert!(losses.iter().all(|loss| loss.is_finite()), "{losses:?}");
}
