"""What stands on the picture that goes along with a link, where others show one."""

from dataclasses import dataclass

TEXT_MAX = 400
PEOPLE_MAX = 100


@dataclass(frozen=True, slots=True)
class LinkPicture:
    """`above` is a line over the title, `about` one or two below; longer ones are cut.

    `people` are accounts: their faces, or the first letters of their names, stand at the bottom.
    """

    above: str
    title: str
    about: str
    people: tuple[int, ...] = ()
