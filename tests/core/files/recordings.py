"""Sounds and films as telephones make them: they say who made them, with what, where and when."""

import io
from collections.abc import Mapping
from typing import Any

import av
import numpy as np

RATE, LAYOUT = 48_000, "stereo"
TRIED = {"strict": "experimental"}  # FFmpeg's own Vorbis says so of itself
SAID = {
    "title": "Canary title",
    "artist": "Canary Author",
    "comment": "Canary comment",
    "location": "+48.8584+002.2945/",
    "com.apple.quicktime.location.ISO6709": "+48.8584+002.2945+035/",
    "make": "Canary Camera",
    "creation_time": "2024-05-05T10:00:00.000000Z",
}
TOLD = (b"Canary", b"+48.8584")


def recorded(form: str, codecs: Mapping[str, str], **options: str) -> bytes:
    """Return one second of sound, of film or of both, that says a lot about itself."""
    out = io.BytesIO()
    with av.open(out, "w", format=form, options=options) as container:
        container.metadata.update(SAID)
        if "video" in codecs:
            shown: Any = container.add_stream(codecs["video"], rate=10)
            shown.width, shown.height, shown.pix_fmt = 64, 48, "yuv420p"
        if "audio" in codecs:
            heard: Any = container.add_stream(codecs["audio"], rate=RATE, options=TRIED)
            heard.layout = LAYOUT
        for number in range(10 if "video" in codecs else 0):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number * 20, np.uint8))
            container.mux(shown.encode(picture))
        if "audio" in codecs:
            wave = (np.sin(np.arange(RATE) / 20) * 9_000).astype(np.int16)
            both = np.repeat(wave, 2).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(both, format="s16", layout=LAYOUT)
            frame.sample_rate = RATE
            for part in resampled(frame, heard):
                container.mux(heard.encode(part))
            container.mux(heard.encode(None))
        if "video" in codecs:
            container.mux(shown.encode(None))
    return out.getvalue()


def resampled(frame: Any, stream: Any) -> list[Any]:
    context = stream.codec_context
    resampler = av.AudioResampler(context.format, LAYOUT, RATE, context.frame_size or 1_024)
    return [*resampler.resample(frame), *resampler.resample(None)]


def mp4() -> bytes:
    codecs = {"video": "libx264", "audio": "aac"}
    return recorded("mp4", codecs, movflags="use_metadata_tags")
