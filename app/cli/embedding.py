"""attire embed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import Data, a_bundle, writable
from app.cli.progress import progress, warn
from app.ground.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

    from models.encoders.features import FloatArray


def embed(
    data: Data,
    *,
    bundle: Annotated[Path, typer.Option("--bundle", help="Bundle directory.", callback=a_bundle, show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Parquet file to write.", callback=writable, show_default=False)],
) -> None:
    """Write the vectors that a bundle makes of items, as Parquet: id, vector, and the part of it that likeness goes by."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from app.ground import compute
    from models.bundle import Bundle
    from models.datasets.findings import Findings
    from models.datasets.read import read_catalogue
    from models.datasets.rejects import Rejects
    from models.evaluation.evaluate import features_for
    from sealed.files import replacing

    settings, shown = Settings.read(), progress()
    findings = Findings(rejects=Rejects(), progress=shown)
    loaded = Bundle.load(bundle).to(compute.device(settings.device))
    catalogue = read_catalogue(data, findings)
    findings.tell(warn)
    features_NF = features_for(loaded, catalogue, settings.cache.expanduser(), shown, warn)
    with shown("embedding", 0):
        vectors_ND = loaded.embed(features_NF, catalogue.categories, catalogue.texts(), catalogue.ids)
    looks_ND = loaded.looks(vectors_ND)
    table = pa.table({"id": catalogue.ids, "vector": _column(vectors_ND), "looks": _column(looks_ND)})
    with replacing(out, to_disk=False) as part:
        pq.write_table(table, part)
    typer.echo(f"{out}: {len(table):,} items, {vectors_ND.shape[1]} numbers each, the first {looks_ND.shape[1]} of them looks")


def _column(vectors_ND: FloatArray) -> pa.Array:
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(vectors_ND.astype("float32").ravel()), vectors_ND.shape[1])
