// What an administrator's script does with Microsoft's Graph client for JavaScript, unchanged.
// Arguments: the service's address, an access token, the id of a user. Prints what it found as JSON.
import assert from "node:assert/strict";
import graph from "@microsoft/microsoft-graph-client";

const [url, token, id] = process.argv.slice(2);
const client = graph.Client.init({
  baseUrl: url,
  customHosts: new Set([new URL(url).hostname]),
  authProvider: (done) => done(null, token),
});

const found = {};
found.one = (await client.api(`/users/${id}`).select("id,displayName").get()).displayName;

const group = await client.api("/groups").post({
  displayName: "Makers", mailEnabled: false, mailNickname: "makers", securityEnabled: true,
});
await client.api(`/groups/${group.id}/members/$ref`).post({ "@odata.id": `${url}/v1.0/directoryObjects/${id}` });
found.members = (await client.api(`/groups/${group.id}/members`).get()).value.map((one) => one.id);

found.names = [];
const first = await client.api("/users").top(2).select("displayName").get();
const pages = new graph.PageIterator(client, first, (one) => found.names.push(one.displayName));
await pages.iterate();

found.count = await client.api("/users/$count").header("ConsistencyLevel", "eventual").get();

const requests = ["/users?$top=1", "/users/nobody"].map((path, number) => ({
  id: String(number), request: new Request(`${url}/v1.0${path}`, { method: "GET" }),
}));
const content = await new graph.BatchRequestContent(requests).getContent();
const answers = new graph.BatchResponseContent(await client.api("/$batch").post(content));
found.batch = [...answers.getResponses()].map(([number, answer]) => [number, answer.status]).sort();

try {
  await client.api("/users/nobody").get();
} catch (error) {
  assert(error instanceof graph.GraphError);
  found.error = [error.statusCode, error.code];
}
console.log(JSON.stringify(found));
