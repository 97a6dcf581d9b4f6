import { bytesToHex } from "@noble/hashes/utils.js";

/** The field's prime, and the constants of RFC 9496, section 4.1. */
const p = 2n ** 255n - 19n;
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const rootOfMinusOne = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;

/** Whether 32 bytes encode an element of the group ristretto255: RFC 9496, section 4.3.1. */
export function isPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const s = toNumber(bytes);
  if (s >= p || isNegative(s)) return false;
  const square = s * s % p;
  const [less, more] = [mod(1n - square), 1n + square];
  const moreSquared = more * more % p;
  const v = mod(-d * (less * less % p) - moreSquared);
  const root = inverseRoot(v * moreSquared % p);
  if (root === undefined) return false;
  const x = magnitude(2n * s * (root * more % p) % p);
  const y = less * (root * (root * more % p) % p * v % p) % p;
  return y !== 0n && !isNegative(x * y % p);
}

/** One by a square root of a number, which is not negative; undefined where the number is no square. */
function inverseRoot(number: bigint): bigint | undefined {
  const cube = number * number % p * number % p;
  const root = cube * chain(cube * cube % p * number % p) % p;
  const check = number * (root * root % p) % p;
  if (check === 1n) return magnitude(root);
  return check === p - 1n ? magnitude(root * rootOfMinusOne % p) : undefined;
}

/** A number to the power of (p - 5) / 8, which has 252 bits, all of them ones but the last but one. */
function chain(number: bigint): bigint {
  let power = number;
  for (let bit = 250; bit >= 0; bit -= 1) {
    power = power * power % p;
    if (bit !== 1) power = power * number % p;
  }
  return power;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes.toReversed())}`);
}

function mod(number: bigint): bigint {
  const rest = number % p;
  return rest < 0n ? rest + p : rest;
}

/** A number of the field is called negative where it is odd. */
function isNegative(number: bigint): boolean {
  return (number & 1n) === 1n;
}

function magnitude(number: bigint): bigint {
  return isNegative(number) ? p - number : number;
}
