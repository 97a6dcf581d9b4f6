/** A WebSocket class for where there are none. */
export class NoWebSocket {
  binaryType = "";
  constructor() {
    throw new TypeError("no WebSockets here");
  }
  addEventListener() {}
  send() {}
  close() {}
}

/** HTTP where event streams do not get through. */
export const withoutEvents: typeof fetch = (input, init) =>
  String(input).includes("/events") ? Promise.reject(new TypeError("no events here")) : fetch(input, init);
