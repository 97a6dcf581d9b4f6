import { clockSync } from "./examples.ts";
import type { FindingKind } from "./finding_kind.ts";

/** On the way to the server: names, connections, certificates. */
export const reachFindings = {
  "name-not-found": {
    severity: "error",
    title: "The name does not resolve",
    cause:
      "No address is known for this name: it is misspelled, its DNS record is missing, or it is not known where you are.",
    fix:
      "Check the spelling, and that the name has an A or AAAA record; a private name needs the private name server.",
    example: "getent ahosts gateway.example.org",
  },
  "name-no-answer": {
    severity: "error",
    title: "The name server does not answer",
    cause: "The machine that runs this command cannot ask its name server.",
    fix: "Check the network connection and the name servers of this machine.",
    example: "cat /etc/resolv.conf",
  },
  "tcp-refused": {
    severity: "error",
    title: "The connection is refused",
    cause:
      "The machine is there, but nothing listens on this port at this address: the server is not running, listens on another port, or only on 127.0.0.1; or a firewall rejects it.",
    fix:
      "Start the server. For connections from elsewhere let it listen on all addresses, and publish the port if it runs in a container.",
    example: `heliograph serve --host=0.0.0.0 --port=10401
ss -ltnp | grep 10401              # on the server: who listens, and where
docker run -p 10401:10401 ...      # in a container`,
  },
  "tcp-timeout": {
    severity: "error",
    title: "The connection attempt gets no answer",
    cause:
      "Packets are dropped on the way: a firewall or security group drops them, the address is wrong, the machine is off, or its queue of new connections is full.",
    fix:
      "Open the port for inbound TCP in the server's firewall and in the cloud's security group, for outbound TCP in this machine's network.",
    example: `nc -zv HOST 10401
sudo iptables -L -n | grep 10401
sudo ufw allow 10401/tcp`,
  },
  "tcp-unreachable": {
    severity: "error",
    title: "The address cannot be reached",
    cause: "There is no route from here to that address.",
    fix: "Check the network of this machine, its VPN, and the address that the name resolves to.",
    example: "ip route get ADDRESS\ntraceroute HOST",
  },
  "tcp-partly": {
    severity: "warning",
    title: "Some addresses of the name do not answer",
    cause:
      "The name has several addresses, and the server does not answer on all of them. Often it has an AAAA record but listens on IPv4 alone: some clients then wait, or fail.",
    fix:
      "Let the server, or the proxy in front of it, listen on all of them, or remove the record of the one that is dead.",
    example: "heliograph serve --host=::         # all of IPv6, and IPv4 with it",
  },
  "tls-expired": {
    severity: "error",
    title: "The certificate has expired",
    cause: "The certificate was not renewed, or it was and the server still uses the old one.",
    fix:
      "Renew the certificate and let the server load it. A gateway takes changed files by itself; a proxy must be told.",
    example: "certbot renew\nnginx -s reload",
  },
  "tls-not-yet-valid": {
    severity: "error",
    title: "The certificate is not valid yet",
    cause:
      "Its validity begins later than now: the clock of this machine is behind, or the certificate was made on a machine whose clock is ahead.",
    fix: "Set the clock right, or issue the certificate again.",
    example: clockSync,
  },
  "tls-expires-soon": {
    severity: "warning",
    title: "The certificate expires soon",
    cause: "It should have been renewed by now; automatic renewal usually happens 30 days before the end.",
    fix: "Renew it now, and look why that did not happen by itself.",
    example: "certbot renew --dry-run\nsystemctl list-timers | grep certbot",
  },
  "tls-wrong-host": {
    severity: "error",
    title: "The certificate is for another name",
    cause:
      "The server shows a certificate that does not name this host: the default one of a proxy, one for another site on the same address, or one without this name.",
    fix: "Issue a certificate that names this host, or connect by a name that it has.",
    example: "certbot --nginx -d gateway.example.org",
  },
  "tls-self-signed": {
    severity: "error",
    title: "The certificate is self-signed",
    cause: "It is signed by nobody but itself, so no client trusts it unless told to.",
    fix: "Use a certificate of a public authority, or give every client the certificate to trust.",
    example: `certbot certonly --standalone -d gateway.example.org
heliograph doctor URL --ca=cert.pem      # to check it as a client that trusts it`,
  },
  "tls-untrusted": {
    severity: "error",
    title: "The certificate is signed by nobody whom clients trust",
    cause:
      "The chain does not lead to a known authority: the server leaves out the intermediate certificate, or the authority is a private one.",
    fix:
      "Serve the whole chain (fullchain.pem, not cert.pem); for a private authority give clients its certificate.",
    example: `heliograph serve --tls.cert=/etc/letsencrypt/live/NAME/fullchain.pem \\
  --tls.key=/etc/letsencrypt/live/NAME/privkey.pem`,
  },
  "tls-not-spoken": {
    severity: "error",
    title: "The port does not speak TLS",
    cause: "The URL begins with wss:// or https://, but what listens there answers without TLS.",
    fix: "Use ws:// or http://, or configure a certificate, or use the port on which the proxy ends TLS.",
    example: "heliograph serve --tls.cert=cert.pem --tls.key=key.pem",
  },
  "tls-handshake": {
    severity: "error",
    title: "The TLS handshake fails",
    cause:
      "The connection ends before a certificate is shown: the server has none for this name, wants a client certificate, or shares no TLS version or cipher with this client.",
    fix: "Look into the log of what ends TLS there, and check that it serves this name.",
    example: "openssl s_client -connect HOST:443 -servername HOST",
  },
} as const satisfies Record<string, FindingKind>;
