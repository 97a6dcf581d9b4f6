import { Window } from "happy-dom";
import { act, createElement, type ReactNode, StrictMode } from "react";
import type { Root } from "react-dom/client";
import { StreamRegistry, StreamRegistryContext } from "../../../lib/client/react.ts";
import type { StreamClientOptions } from "../../../lib/client/mod.ts";
import { FakeClock, settle } from "../../helpers/fake_clock.ts";
import { FakeStreamServer } from "./fake_stream_server.ts";

const installed = ["window", "document", "IS_REACT_ACT_ENVIRONMENT"] as const;

/** A page in which React shows components in StrictMode, whose streams come from a scripted server. */
export class Mounted implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly server = new FakeStreamServer(this.clock);
  readonly registry: StreamRegistry;
  readonly #window = new Window();
  readonly #before = new Map(
    installed.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]),
  );
  #root: Root | undefined;

  private constructor(options: Partial<StreamClientOptions>) {
    const values = { window: this.#window, document: this.#window.document, IS_REACT_ACT_ENVIRONMENT: true };
    for (const name of installed) {
      Object.defineProperty(globalThis, name, { value: values[name], configurable: true, writable: true });
    }
    const { clock, server: { WebSocket, fetch } } = this;
    this.registry = new StreamRegistry({ clock, WebSocket, fetch, random: () => 0.5, ...options });
  }

  static async open(options: Partial<StreamClientOptions> = {}): Promise<Mounted> {
    const mounted = new Mounted(options);
    // React looks for the page when it is loaded.
    const { createRoot } = await import("react-dom/client");
    const container = mounted.#window.document.createElement("div");
    mounted.#window.document.body.appendChild(container);
    mounted.#root = createRoot(container as unknown as Element);
    return mounted;
  }

  /** What can be read on the page. */
  get text(): string {
    return this.#window.document.body.textContent ?? "";
  }

  /** Shows this from now on. */
  async show(...children: ReactNode[]): Promise<void> {
    const provided = createElement(StreamRegistryContext.Provider, { value: this.registry }, ...children);
    await act(() => this.#root?.render(createElement(StrictMode, null, provided)));
    await this.settled();
  }

  /** Waits until all that has happened can be seen. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await act(settle);
  }

  async advance(milliseconds: number): Promise<void> {
    await act(() => this.clock.advance(milliseconds));
    await this.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await act(() => this.#root?.unmount());
    await this.clock.advance(1000);
    await this.#window.happyDOM.close();
    for (const [name, descriptor] of this.#before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}
