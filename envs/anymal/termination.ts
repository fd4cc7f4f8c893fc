export function termination(s: State): Flags {
  return {
    baseTouched: s.contact.base > 0,
    kneeTouched:
      s.contact.leftFront + s.contact.rightFront + s.contact.leftHind + s.contact.rightHind > 0,
  };
}
