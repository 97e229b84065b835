// The server's API. What can't be done becomes an Error whose `where` names the field it is about.

export class Refused extends Error {
  constructor(message, where) {
    super(message);
    this.where = where;
  }
}

async function ask(path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("The server does not answer. Is “stance serve” still running?", "server");
  }
  if (response.ok) return response;
  let answer = {};
  try {
    answer = await response.json();
  } catch {
    // an answer from elsewhere than the application
  }
  throw new Refused(answer.error ?? `The server answered ${response.status}.`, answer.where ?? "server");
}

export const rosters = async () => (await ask("/api/rosters")).json();
export const checkRoster = async (roster, signal) => (await ask("/api/roster", { roster }, signal)).json();
export const analyze = async (request, signal) => (await ask("/api/analyze", request, signal)).json();
export const example = async () => (await ask("/static/example.txt")).text();

// The file as {name, blob}.
export async function exported(request) {
  const response = await ask("/api/export", request);
  const disposition = response.headers.get("Content-Disposition") ?? "";
  return { name: /filename="([^"]+)"/.exec(disposition)?.[1] ?? "quotes", blob: await response.blob() };
}
