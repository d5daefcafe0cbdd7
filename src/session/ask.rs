//! A visitor's own question.

use super::{Session, SessionError};
use crate::engine::{Decoding, Generated, Models, generate};
use crate::protocol::{Answer, PromptWord, Reply};
use crate::rng::{Stream, stream};
use crate::tokenizer::BOS;
use crate::world::{Split, is_refusal};

/// Words of a prompt that are read at most.
const MAX_WORDS: usize = 40;
/// Words that are answered at most.
const MAX_ANSWER: usize = 20;

impl Session {
    /// Puts a typed prompt to the teacher and to the students of the first seed, greedily.
    ///
    /// An empty prompt, unknown words and questions that nobody learnt get an answer that says so.
    ///
    /// # Errors
    ///
    /// When the device fails, or the text is too long for the tokenizer.
    pub async fn ask(&self, typed: &str) -> Result<Answer, SessionError> {
        let world = &self.library.world;
        let prompt = world.normalise(typed);
        let encoded = self.library.tokenizer.encode(&prompt)?;
        let words = encoded
            .words
            .iter()
            .map(|word| PromptWord {
                text: word.text.clone(),
                known: word.known,
            })
            .collect();
        let task = world.recognise(typed);
        let mut rng = stream(0, Stream::Sampling, 1);
        let truth = task.and_then(|id| world.task(id).true_answer(&prompt, &mut rng));
        let unknown = encoded.words.iter().filter(|word| !word.known).count();
        let learnt = task.and_then(|id| world.task(id).split_of(&prompt)) != Some(Split::OutOfDistribution);
        let note = match (encoded.ids.len(), unknown, task) {
            (0, ..) => Some("There is nothing to ask: type a question, or choose an example.".to_owned()),
            (n, ..) if n > MAX_WORDS => Some(format!(
                "Questions of up to {MAX_WORDS} words can be asked, and this one has {n}."
            )),
            (_, 1.., _) => {
                Some("The marked words are not part of this world; the models see each as [UNK].".to_owned())
            }
            (_, 0, None) => {
                Some("This is not a question that anybody learnt to answer, so what comes back is a guess.".to_owned())
            }
            (_, 0, Some(_)) if !learnt => {
                Some("Nobody was taught questions of this kind; it shows how far a skill reaches.".to_owned())
            }
            (_, 0, Some(task)) if !self.plan.tasks.contains(&task) => {
                Some("None of these students was taught questions of this kind.".to_owned())
            }
            _ => None,
        };
        let read = |words: &str| task.map_or_else(|| words.to_owned(), |id| world.task(id).read_aloud(words));
        let mut replies = Vec::new();
        if (1..=MAX_WORDS).contains(&encoded.ids.len()) {
            let teacher = self.teacher(self.plan.teacher)?;
            let said = continuations(&teacher.model, &encoded.ids).await?;
            let mut all: Vec<(Option<usize>, Generated)> = said.into_iter().map(|said| (None, said)).collect();
            if !self.classrooms.is_empty() {
                for (members, model) in self.students()? {
                    let said = continuations(&model, &encoded.ids).await?;
                    all.extend(members.into_iter().map(Some).zip(said));
                }
            }
            // Members of the first seed come first, in the order of the arms.
            all.retain(|(member, _)| member.is_none_or(|member| member < self.plan.settings.arms.len()));
            all.sort_by_key(|(member, _)| *member);
            replies.extend(all.into_iter().map(|(member, said)| {
                let text = self.library.tokenizer.decode(&said.tokens);
                Reply {
                    arm: member.map(|member| self.plan.members[member].arm.clone()),
                    correct: task
                        .filter(|_| truth.is_some())
                        .map(|id| world.task(id).grade(&prompt, &text).is_correct()),
                    refused: is_refusal(&text),
                    text: read(&text),
                    confidence: said.confidence,
                }
            }));
        }
        Ok(Answer {
            words,
            task,
            truth: truth.map(|truth| read(&truth)),
            note,
            replies,
        })
    }
}

/// One answer per member.
async fn continuations(model: &Models, prompt: &[u32]) -> Result<Vec<Generated>, SessionError> {
    let tokens: Vec<u32> = [BOS].into_iter().chain(prompt.iter().copied()).collect();
    let room = model.config().max_position_embeddings - tokens.len();
    let all = tokens.repeat(model.population());
    let mut rng = stream(0, Stream::Sampling, 0);
    Ok(generate(
        model,
        &all,
        tokens.len(),
        MAX_ANSWER.min(room),
        Decoding::Greedy,
        false,
        &mut rng,
    )
    .await?)
}
