import { assert, assertEquals } from "@std/assert";
import { dendriteHeaders } from "../../helpers/dendrite.ts";
import { EventReader } from "../../helpers/event_source.ts";
import { httpRequest, JobScene, noise, socketRequest, ways } from "../../helpers/job_scene.ts";
import { signAuthentication, signMessage } from "../../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../../helpers/samples.ts";
import { dataOf, Scene } from "../../helpers/scene.ts";
import { StreamScene } from "../../helpers/streams.ts";
import { Proxy } from "./proxy.ts";
import type { ProxyCases } from "./proxy_cases.ts";

const megabyte = 2 ** 20;

/** What goes through a proxy in front of one gateway. */
export const trafficCases: ProxyCases = (kind) => ({
  "a miner authenticates and gets its confirmation": async () => {
    await using scene = await Scene.start();
    await using proxy = await Proxy.start(kind, [scene.server.url]);
    const peer = await proxy.open("/ws");
    peer.send(signAuthentication(scene.key));
    await peer.next(({ type }) => type === "welcome");
    peer.send(signMessage(scene.key, "prediction", samplePrediction("p1")));
    assertEquals(dataOf(await peer.next(({ type }) => type === "confirmation"))["status"], "success");
    await peer.close();
  },

  "stream clients subscribe on both of their paths": async () => {
    await using streams = await StreamScene.start();
    await using proxy = await Proxy.start(kind, [streams.scene.server.url]);
    for (const path of ["/", "/ws/stream"]) {
      const peer = await proxy.open(path);
      peer.send('{"type": "subscribe", "stream": "network_metrics"}');
      assertEquals((await peer.next(({ type }) => type === "network_metrics"))["offset"], 1);
      await peer.close();
    }
  },

  "server-sent events come one by one": async () => {
    await using streams = await StreamScene.start();
    await using proxy = await Proxy.start(kind, [streams.scene.server.url]);
    const url = `${proxy.url}/api/v1/streams/network_metrics/events`;
    await using reader = await EventReader.open(url, undefined, { client: proxy.client });
    assertEquals((await reader.next())?.event, "subscribed");
    // Each has to arrive before the gateway has the next.
    for (const offset of [1, 2, 3]) {
      const event = await reader.next();
      assertEquals([event?.event, event?.data["offset"]], ["network_metrics", offset]);
      await streams.pass(2000);
    }
  },

  "a long poll is answered when there is news": async () => {
    await using scene = await Scene.start();
    await using proxy = await Proxy.start(kind, [scene.server.url]);
    const { epoch, offset } = await (await proxy.fetch("/api/v1/games")).json();
    const poll = proxy.fetch(`/api/v1/games?epoch=${epoch}&since=${offset}&wait=60`);
    await scene.addGames([sampleGame("g2")]);
    const answer = await (await poll).json();
    assertEquals([answer.offset, answer.games[0].game_id], [offset + 1, "g2"]);
  },

  "a dendrite's headers, which have underscores, arrive and come back": async () => {
    await using scene = await Scene.start();
    await using proxy = await Proxy.start(kind, [scene.server.url]);
    const axon = scene.server.gateway.validator.address;
    const headers = dendriteHeaders(scene.key, { axon, now: Date.now() });
    const answer = await proxy.fetch("/GameData", { method: "POST", headers, body: "{}" });
    assertEquals([answer.status, (await answer.json()).games.length], [200, 1]);
    assertEquals(answer.headers.get("bt_header_axon_status_code"), "200");
  },

  "the dashboard comes as the gateway gives it": async () => {
    await using scene = await Scene.start();
    await using proxy = await Proxy.start(kind, [scene.server.url]);
    const headers = { accept: "text/html" };
    const direct = await fetch(scene.server.url, { headers });
    const through = await proxy.fetch("/", { headers });
    assertEquals([through.status, await through.text()], [direct.status, await direct.text()]);
    const policy = through.headers.get("content-security-policy") ?? "";
    assert(
      policy.includes(new URL(proxy.url).host),
      `names no host that the page could connect to: ${policy}`,
    );
  },

  "a file of 2 MiB is inscribed over every transport, and comes back": async () => {
    await using jobs = await JobScene.start();
    await using proxy = await Proxy.start(kind, [jobs.server.url]);
    const file = noise(2 * megabyte);
    for (const transports of ways) {
      using peer = proxy.jobPeer(jobs.key, { transports });
      await peer.connected();
      const { jobId, ...rest } = await peer.ask("start-inscription", socketRequest(file));
      assertEquals(rest["success"], true, JSON.stringify(rest));
      const ending = (await peer.toEnd(jobId)).at(-1);
      const content = await proxy.fetch(`/inscriptions/content/${ending?.data["topicId"]}`);
      assertEquals(await content.bytes(), file);
    }
  },

  "what is too large is refused with 413 and not with a cut connection": async () => {
    await using jobs = await JobScene.start();
    await using proxy = await Proxy.start(kind, [jobs.server.url]);
    const body = JSON.stringify(httpRequest(noise(4 * megabyte)));
    const headers = { "x-api-key": jobs.key };
    for (const path of ["/inscriptions/start-inscription", "/api/v1/predictions"]) {
      const answer = await proxy.fetch(path, { method: "POST", headers, body });
      assertEquals([answer.status, (await answer.text()) !== ""], [413, true], path);
    }
  },
});
