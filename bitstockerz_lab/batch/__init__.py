"""Notebooks run by the dozen: a job, an executed notebook and an HTML report each."""

from bitstockerz_lab.batch.api import Batches
from bitstockerz_lab.batch.parameters import Parameter
from bitstockerz_lab.batch.progress import show_progress
from bitstockerz_lab.batch.result import Batch, BatchItem, Progress

__all__ = [
    "Batch", "BatchItem", "Batches", "Parameter", "Progress", "show_progress",
]  # fmt: skip
