// Talks to the server. Every function throws Refused or Unreachable.

export class Unreachable extends Error {
  constructor() {
    super("Could not reach the server. Is it running, and may this page use it (CORS)?");
  }
}

export class Refused extends Error {
  constructor(status, answer) {
    super(explain(status, answer));
    this.status = status;
  }
}

function explain(status, answer) {
  if (status === 403) return "You may not do that. Only the shop's staff adds pictures.";
  if (typeof answer?.detail === "string") return answer.detail;
  if (answer && typeof answer === "object") {
    const lines = Object.entries(answer).map(([field, faults]) => `${field}: ${[faults].flat().join(" ")}`);
    if (lines.length > 0) return lines.join("\n");
  }
  return `The server answered ${status}.`;
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an error page of something in between
  }
}

async function ask(url, options = {}) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new Unreachable();
  }
  const answer = read(await response.text());
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

// Returns the access token.
export async function signIn(server, { username, password }) {
  const { access } = await ask(`${server}/api/v1/auth/jwt/create/`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  return access;
}

// Returns the first page of what the shop finds.
export async function listProducts(server, search) {
  const query = search ? `?search=${encodeURIComponent(search)}` : "";
  const { results } = await ask(`${server}/api/v1/store/products/${query}`);
  return results;
}

// Sends a picture; `onProgress` hears how many per cent are on their way. XMLHttpRequest, because
// fetch does not tell how far an upload is.
export function uploadImage(server, token, productId, file, onProgress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    body.append("image", file);
    const request = new XMLHttpRequest();
    request.open("POST", `${server}/api/v1/store/products/${productId}/images/`);
    request.setRequestHeader("Authorization", `JWT ${token}`);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(Math.round((100 * event.loaded) / event.total));
    });
    request.addEventListener("error", () => reject(new Unreachable()));
    request.addEventListener("load", () => {
      const answer = read(request.responseText);
      if (request.status === 201) resolve(answer);
      else reject(new Refused(request.status, answer));
    });
    request.send(body);
  });
}
