declare module "siphash" {
  const siphash: {
    /** SipHash-2-4. @param key Four words. @returns The high and the low half of the 64-bit hash, unsigned. */
    hash(key: Uint32Array, message: string | Uint8Array): { h: number; l: number };
  };
  export default siphash;
}
