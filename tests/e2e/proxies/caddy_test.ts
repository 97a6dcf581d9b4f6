import { caddy } from "./caddy.ts";
import { testProxy } from "./proxy_cases.ts";

testProxy(caddy);
