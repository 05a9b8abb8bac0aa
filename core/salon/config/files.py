"""Settings of what people hand in."""

from pydantic import Field

from salon.config.section import Section


class Files(Section):
    """What people hand in: pictures, sounds, films and all else. A MiB has 1,048,576 bytes."""

    largest_mib: int = Field(50, ge=1, le=2_048, description="Largest file.", examples=[200])
    person_max_mib: int = Field(
        1_024,
        ge=1,
        le=1_048_576,
        description="What all files of one person may take.",
        examples=[4_096],
    )
    server_max_mib: int = Field(
        20_480,
        ge=1,
        le=16_777_216,
        description="What all files together may take.",
        examples=[102_400],
    )
    keep_free_mib: int = Field(
        512,
        ge=64,
        le=1_048_576,
        description="No file is taken while less than this is free on the disk: the database needs "
        "room too.",
        examples=[2_048],
    )
    picture_max_megapixels: int = Field(
        25,
        ge=1,
        le=50,
        description="Largest picture; a JPEG may have three times as many, since it is decoded "
        "smaller at once. More would need more memory than a small machine has.",
        examples=[40],
    )
