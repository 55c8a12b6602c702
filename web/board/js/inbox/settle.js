// The decision about held work, as the server takes it.

import { api } from "../api.js";

/**
 * @param {{id: string, version?: string}} of version: of what stood when it was looked at
 * @param {{take: string, value?: any, reason: string}} decision take: ours, theirs or text
 */
export const settle = (of, decision) => api("/api/held/" + encodeURIComponent(of.id), { method: "POST", body: { ...decision, reason: decision.reason.trim(), ...(of.version ? { version: of.version } : {}) } });
