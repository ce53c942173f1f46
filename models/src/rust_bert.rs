//! The trunk and its head through `rust_bert` on libtorch (cargo feature `rust-bert`).
//!
//! A second implementation beside [`crate::encoder`], from the same file of weights: for those who trust a
//! widely used library more than three hundred lines of ours, and for the test that both agree. It calls
//! the trunk with a mask of its own, so that what fills up a short text is not read.
//!
//! Building needs libtorch 2.4, which `./dev test-rust-bert` fetches. libtorch runs on as many threads as
//! it likes (`OMP_NUM_THREADS`); batches of several callers follow one another.

use std::sync::{Mutex, PoisonError};

use ::rust_bert::RustBertError;
use ::rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use tch::nn::{self, Module as _};
use tch::{Device, Kind, Tensor};

use crate::artifact::Artifact;
use crate::encoder::{Segments, Shape};
use crate::error::ModelError;
use crate::weights::Weights;

/// The most word pieces of a batch, filling included.
const PIECES: usize = 2048;

/// A trunk and its head, ready to read.
pub struct RustBert {
    model: Mutex<Model>,
}

struct Model {
    trunk: BertModel<BertEmbeddings>,
    head: nn::Linear,
}

/// Texts as libtorch takes them: one row each, as long as the longest.
struct Batch {
    ids: Tensor,
    /// 1 in the second segment.
    kinds: Tensor,
    /// 1 where there is text, 0 where a row is filled up. Whole numbers: `rust_bert` turns its bits over.
    mask: Tensor,
}

impl RustBert {
    /// Reads the weights of an encoder's artefact.
    pub fn open(artifact: &Artifact) -> Result<Self, ModelError> {
        let Some(shape) = artifact.manifest.shape else {
            return Err(ModelError::Weights {
                file: artifact.file("manifest.json").display().to_string(),
                problem: "shape must stand in an encoder's manifest".to_owned(),
            });
        };
        let weights = Weights::open(&artifact.file("weights.safetensors"))?;
        let store = nn::VarStore::new(Device::Cpu);
        let model = Model::new(&store, &shape);
        fill(&store, &weights)?;
        Ok(Self {
            model: Mutex::new(model),
        })
    }

    /// The head's raw answers for each text, in the order given.
    ///
    /// # Panics
    /// When a text is empty or longer than the trunk's positions, or names a word piece that it does not have.
    pub fn logits(&self, texts: &[Segments]) -> Result<Vec<Vec<f32>>, ModelError> {
        // A reader that panicked has changed nothing.
        let model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|at| texts[*at].ids.len());
        let mut answers = vec![Vec::new(); texts.len()];
        let mut rest = order.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(fitting(rest, texts));
            let batch: Vec<&Segments> = now.iter().map(|at| &texts[*at]).collect();
            for (at, answer) in now.iter().zip(model.answers(&Batch::of(&batch))?) {
                answers[*at] = answer;
            }
            rest = later;
        }
        Ok(answers)
    }
}

impl Model {
    /// The shape with numbers of no meaning; their names are those of the file of weights.
    fn new(store: &nn::VarStore, shape: &Shape) -> Self {
        let size = |size: usize| size as i64;
        let config = BertConfig {
            hidden_size: size(shape.width),
            intermediate_size: size(shape.inner),
            max_position_embeddings: size(shape.positions),
            num_attention_heads: size(shape.heads),
            num_hidden_layers: size(shape.layers),
            type_vocab_size: 2,
            vocab_size: size(shape.pieces),
            ..BertConfig::default()
        };
        let root = store.root();
        Self {
            trunk: BertModel::new_with_optional_pooler(&root, &config, false),
            head: nn::linear(
                &root / "head",
                2 * size(shape.width),
                size(shape.outputs),
                nn::LinearConfig::default(),
            ),
        }
    }

    fn answers(&self, batch: &Batch) -> Result<Vec<Vec<f32>>, ModelError> {
        let answers = tch::no_grad(|| {
            let rows = self.trunk.forward_t(
                Some(&batch.ids),
                Some(&batch.mask),
                Some(&batch.kinds),
                None,
                None,
                None,
                None,
                false,
            )?;
            let answers = self.head.forward(&pooled(&rows.hidden_state, &batch.mask));
            Ok(Vec::try_from(answers)?)
        });
        answers.map_err(|error: RustBertError| ModelError::RustBert {
            problem: error.to_string(),
        })
    }
}

impl Batch {
    fn of(texts: &[&Segments]) -> Self {
        let longest = texts.iter().map(|text| text.ids.len()).max().unwrap_or(0);
        let tensor = |number: fn(&Segments, usize) -> i64| {
            let all: Vec<i64> = texts
                .iter()
                .flat_map(|text| (0..longest).map(|place| number(text, place)))
                .collect();
            Tensor::from_slice(&all).view([texts.len() as i64, longest as i64])
        };
        Self {
            ids: tensor(|text, place| text.ids.get(place).map_or(0, |id| i64::from(*id))),
            kinds: tensor(|text, place| i64::from((text.second..text.ids.len()).contains(&place))),
            mask: tensor(|text, place| i64::from(place < text.ids.len())),
        }
    }
}

/// The mean of a text's rows beside its first, without what fills up.
fn pooled(rows: &Tensor, mask: &Tensor) -> Tensor {
    let mask = mask.unsqueeze(-1).to_kind(Kind::Float);
    let sum = |of: &Tensor| of.sum_dim_intlist(1, false, Kind::Float);
    let mean = sum(&(rows * &mask)) / sum(&mask);
    Tensor::cat(&[mean, rows.select(1, 0)], 1)
}

/// Gives every number of the model its value from the file.
fn fill(store: &nn::VarStore, weights: &Weights) -> Result<(), ModelError> {
    for (name, mut variable) in store.variables() {
        let size = variable.size();
        let shape: Vec<usize> = size.iter().map(|size| *size as usize).collect();
        let numbers = Tensor::from_slice(&weights.numbers(&name, &shape)?).view(&size[..]);
        tch::no_grad(|| variable.copy_(&numbers));
    }
    Ok(())
}

/// How many texts from the front, each longer than the one before, fit into one batch; at least one.
fn fitting(order: &[usize], texts: &[Segments]) -> usize {
    let fits = order
        .iter()
        .enumerate()
        .take_while(|(before, at)| (before + 1) * texts[**at].ids.len() <= PIECES);
    fits.count().max(1)
}
