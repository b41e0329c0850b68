"""What a measured corpus says of a much larger one, by its slopes: nothing here is measured at that
size. Growth is linear as far as it was measured, so costs per document are carried on."""

from collections.abc import Mapping
from pathlib import Path

from synth_assets.dedup.index import BANDS, MINHASH

DOCUMENTS = 1e9
NIGHT = 1e6
"""New documents of a night."""

MEMORY = 128e9
"""Bytes of one machine that may hold bands."""

PAGE = 4096
"""Bytes that one look into a mapped band reads at least."""


def bytes_per_document(bands: Path, documents: int) -> Mapping[str, float]:
    """Of what later nights are compared with: the bands, the signatures, and all files."""
    sizes = {file.name: file.stat().st_size / documents for file in bands.iterdir()}
    return {
        "bands_bytes": sizes[BANDS],
        "signature_bytes": sizes[MINHASH],
        "all_bytes": sum(sizes.values()),
    }


def carried_on(
    bands_bytes: float, signature_bytes: float, cpu_s: float, n_bands: int
) -> Mapping[str, float]:
    """Figures at DOCUMENTS, given bytes and CPU seconds of one.

    A night reads at most a page for each band of each new document, and never more than all bands.
    Where the bands no longer fit into MEMORY, groups of earlier batches belong on several machines:
    each batch's bands are files of their own, and a batch is compared with each by itself.
    """
    looks = NIGHT * n_bands * PAGE
    return {
        "at_1e9_bands_gb": DOCUMENTS * bands_bytes / 1e9,
        "at_1e9_signatures_gb": DOCUMENTS * signature_bytes / 1e9,
        "at_1e9_cpu_hours": DOCUMENTS * cpu_s / 3600,
        "at_1e9_night_reads_gb": min(looks, DOCUMENTS * bands_bytes) / 1e9,
        "spread_bands_from_documents": MEMORY / bands_bytes,
    }
