/** How long things may take, in milliseconds. */
export const patience = {
  lookup: 8000,
  connect: 5000,
  handshake: 8000,
  answer: 8000,
  health: 2000,
  frame: 5000,
  welcome: 10_000,
  roundTrips: 30_000,
  large: 10_000,
  pong: 10_000,
} as const;
