/** Browsers play both sides of a slot only if their own answer says so. */
export function asOffered(
  answer: RTCSessionDescriptionInit,
  offer: string,
): RTCSessionDescriptionInit {
  if (!offer.includes(";stereo=1")) return answer;
  const sdp = answer.sdp?.replace(/^a=fmtp:111 (?!.*stereo=1).+/gm, "$&;stereo=1") ?? "";
  return { type: "answer", sdp };
}
