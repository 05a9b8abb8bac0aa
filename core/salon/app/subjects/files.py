"""Builds what keeps and hands out files."""

from salon.app.foundation import Foundation
from salon.files.films import Films
from salon.files.objects import S3
from salon.files.pictures import Pictures
from salon.files.storage import LocalDisk
from salon.services.file_making import MIB
from salon.services.files import Files
from salon.services.services import FileServices


def build_files(base: Foundation) -> FileServices:
    settings = base.config.files
    storage = LocalDisk(
        base.config.data.directory / "files", keep_free_bytes=settings.keep_free_mib * MIB
    )
    files = Files(
        store=base.store,
        access=base.access,
        storage=storage,
        pictures=Pictures(megapixels=settings.picture_max_megapixels),
        films=Films(),
        rates=base.rates,
        clock=base.clock,
        settings=settings,
    )
    return FileServices(storage=storage, objects=S3.of(base.config.objects), files=files)
