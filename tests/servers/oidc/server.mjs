// A strict OpenID provider on loopback: node server.mjs PORT. Public native clients, PKCE with S256, refresh tokens that
// are exchanged with each use and, used twice, take the whole permission back. Any login is let in.
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const grants = new Set();

const client = {
  client_id: 'fm-desktop',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/', 'http://localhost/'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [client],
  scopes: ['openid', 'email', 'offline_access', 'calendar', 'mail'],
  claims: { openid: ['sub'], email: ['email'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true, methods: ['S256'] },
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, client, code) => code.scopes.has('offline_access'),
  ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 86400, IdToken: 3600, Interaction: 600, RefreshToken: 86400, Session: 600 },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['of the tests'] },
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, email: id }) }),
});

const given = { AccessToken: [], RefreshToken: [] };
provider.on('access_token.saved', (token) => given.AccessToken.push(token));
provider.on('refresh_token.saved', (token) => given.RefreshToken.push(token));
provider.on('grant.success', (ctx) => {
  if (ctx.oidc.entities.Grant) grants.add(ctx.oidc.entities.Grant.jti);
});

async function end(kind) {
  for (const token of given[kind].splice(0)) await token.destroy();
}

// What happens away from the program: POST /test/withdraw takes every permission back, as a person does on the page of
// their account; /test/expire ends the refresh tokens alone, /test/early the access tokens alone.
provider.use(async (ctx, next) => {
  if (ctx.method !== 'POST' || !ctx.path.startsWith('/test/')) return next();
  if (ctx.path !== '/test/early') await end('RefreshToken');
  if (ctx.path !== '/test/expire') await end('AccessToken');
  if (ctx.path === '/test/withdraw') for (const grant of grants) await provider.Grant.adapter.destroy(grant);
  ctx.status = 204;
});

provider.listen(port, '127.0.0.1');
