import { haproxy } from "./proxy_kinds.ts";
import { testProxy } from "./proxy_cases.ts";

testProxy(haproxy);
