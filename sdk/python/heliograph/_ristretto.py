"""The group ristretto255 (RFC 9496). Not in constant time."""

from __future__ import annotations

from typing import NamedTuple

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, P - 2, P) % P
_SQRT_M1 = pow(2, (P - 1) // 4, P)


class Point(NamedTuple):
    """A point of edwards25519 in extended coordinates, which stands for its coset."""

    x: int
    y: int
    z: int
    t: int


_ZERO = Point(0, 1, 1, 0)


def _inverse_root(value: int, over: int = 1) -> tuple[bool, int]:
    """Whether over/value is a square, and the root of it (or of that times sqrt(-1)) that is not negative."""
    cubed = value * value % P * value % P
    root = over * cubed % P * pow(over * cubed * cubed * value % P, (P - 5) // 8, P) % P
    check = value * root * root % P
    if check == (P - over * _SQRT_M1) % P or check == (P - over) % P:
        root = root * _SQRT_M1 % P
    return check == over % P or check == (P - over) % P, P - root if root & 1 else root


_INVSQRT_A_MINUS_D = _inverse_root((-1 - _D) % P)[1]


def decode(data: bytes) -> Point | None:
    """The point that 32 bytes stand for; None where they stand for none."""
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or s & 1:
        return None
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-_D * u1 * u1 - u2 * u2) % P
    is_square, root = _inverse_root(v * u2 * u2 % P)
    x = 2 * s * root * u2 % P
    x = P - x if x & 1 else x
    y = u1 * root * root * u2 * v % P
    t = x * y % P
    return None if not is_square or t & 1 or y == 0 else Point(x, y, 1, t)


def encode(point: Point) -> bytes:
    """The 32 bytes that stand for a point."""
    x, y, z, t = point
    u1, u2 = (z + y) * (z - y) % P, x * y % P
    root = _inverse_root(u1 * u2 * u2 % P)[1]
    den1, den2 = root * u1 % P, root * u2 % P
    z_inverse = den1 * den2 * t % P
    if t * z_inverse % P & 1:
        x, y, den = y * _SQRT_M1 % P, x * _SQRT_M1 % P, den1 * _INVSQRT_A_MINUS_D % P
    else:
        den = den2
    if x * z_inverse % P & 1:
        y = P - y
    s = den * (z - y) % P
    return (P - s if s & 1 else s).to_bytes(32, "little")


def negate(point: Point) -> Point:
    return Point(P - point.x, point.y, point.z, P - point.t)


def add(one: Point, two: Point) -> Point:
    a = (one.y - one.x) * (two.y - two.x) % P
    b = (one.y + one.x) * (two.y + two.x) % P
    c = 2 * _D * one.t * two.t % P
    d = 2 * one.z * two.z % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return Point(e * f % P, g * h % P, f * g % P, e * h % P)


def _double(point: Point) -> Point:
    x, y, z, _ = point
    a, b, h = x * x, y * y, x + y
    e, g, f = a + b - h * h, a - b, 2 * z * z
    f, h = (f + g) % P, (a + b) % P
    e, g = e % P, g % P
    return Point(e * f % P, g * h % P, f * g % P, e * h % P)


def _multiples(point: Point) -> list[Point]:
    """0 to 15 times the point."""
    multiples = [_ZERO, point]
    while len(multiples) < 16:
        multiples.append(add(multiples[-1], point))
    return multiples


def _base() -> Point:
    point = decode(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))
    assert point is not None
    return point


_BASE_MULTIPLES = _multiples(_base())


def multiply_base(scalar: int, other: int = 0, point: Point = _ZERO) -> Point:
    """`scalar` times the generator, plus `other` times `point`."""
    multiples = _multiples(point) if other else []
    total = _ZERO
    for shift in range(252, -4, -4):
        total = _double(_double(_double(_double(total))))
        digit, other_digit = scalar >> shift & 15, other >> shift & 15
        if digit:
            total = add(total, _BASE_MULTIPLES[digit])
        if other_digit:
            total = add(total, multiples[other_digit])
    return total
