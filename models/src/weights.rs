//! Named numbers of an artefact: a memory-mapped safetensors file in half precision.

use std::path::Path;

use half::f16;
use half::slice::HalfFloatSliceExt;
use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};

use crate::error::ModelError;
use crate::mapped;

/// A mapped file and where its tensors lie.
pub(crate) struct Weights {
    file: String,
    map: Mmap,
}

impl Weights {
    /// Maps the file and reads its header.
    pub(crate) fn open(path: &Path) -> Result<Self, ModelError> {
        let file = path.display().to_string();
        let map = mapped::map(path).map_err(|source| ModelError::Io {
            file: file.clone(),
            source,
        })?;
        let weights = Self { file, map };
        weights.tensors()?;
        Ok(weights)
    }

    fn tensors(&self) -> Result<SafeTensors<'_>, ModelError> {
        SafeTensors::deserialize(&self.map).map_err(|error| self.wrong(error.to_string()))
    }

    fn wrong(&self, problem: String) -> ModelError {
        ModelError::Weights {
            file: self.file.clone(),
            problem,
        }
    }

    /// The numbers of a tensor of exactly this shape, in full precision.
    pub(crate) fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let mut numbers = vec![0.0; shape.iter().product()];
        self.halves(name, shape)?.convert_to_f32_slice(&mut numbers);
        Ok(numbers)
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>, ModelError> {
        let tensors = self.tensors()?;
        let tensor = tensors
            .tensor(name)
            .map_err(|error| self.wrong(error.to_string()))?;
        Ok(tensor.shape().to_vec())
    }

    /// A copy of a tensor as it is stored.
    pub(crate) fn halves(&self, name: &str, shape: &[usize]) -> Result<Vec<f16>, ModelError> {
        let tensors = self.tensors()?;
        let tensor = tensors
            .tensor(name)
            .map_err(|error| self.wrong(error.to_string()))?;
        if tensor.dtype() != Dtype::F16 || tensor.shape() != shape {
            return Err(self.wrong(format!(
                "tensor {name} is {:?} {:?}, expected F16 {shape:?}",
                tensor.dtype(),
                tensor.shape()
            )));
        }
        let halves = tensor
            .data()
            .chunks_exact(2)
            .map(|pair| f16::from_le_bytes([pair[0], pair[1]]));
        Ok(halves.collect())
    }
}
