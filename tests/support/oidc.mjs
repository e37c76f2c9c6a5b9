// A real OAuth 2 server (npm oidc-provider) for tests/oauth.rs: refresh tokens are exchanged at each use, and
// the second use of one ends the whole sign-in. Started as `node oidc.mjs PORT FOLDER`, where FOLDER holds
// node_modules. The paths under /test/ let a test look inside and do what an owner does at the platform.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [port, folder] = process.argv.slice(2);
const entry = join(folder, 'node_modules/oidc-provider/lib/index.js');
const { Provider } = await import(pathToFileURL(entry).href);

const client = (client_id, more) => ({
  client_id,
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  ...more,
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    client('public', { token_endpoint_auth_method: 'none' }),
    client('basic', { token_endpoint_auth_method: 'client_secret_basic', client_secret: 'Shop-Secret/4711+x' }),
    client('post', { token_endpoint_auth_method: 'client_secret_post', client_secret: 'Shop-Secret/4711+x' }),
  ],
  clientBasedCORS: () => false,
  cookies: { keys: ['of a test'] },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  pkce: { required: () => true },
});

const seen = { refreshes: 0, refresh: null, access: [], grants: new Set(), secrets: [] };
provider.on('access_token.saved', (token) => { seen.access.push(token.jti); seen.secrets.push(token.jti); seen.grants.add(token.grantId); });
provider.on('refresh_token.saved', (token) => { seen.refresh = token.jti; seen.secrets.push(token.jti); });
provider.on('grant.success', (ctx) => { if (ctx.oidc.params.grant_type === 'refresh_token') seen.refreshes += 1; });

provider.use(async (ctx, next) => {
  if (ctx.path === '/test/expire') {
    for (const jti of seen.access.splice(0)) await (await provider.AccessToken.find(jti))?.destroy();
    ctx.body = 'done';
  } else if (ctx.path === '/test/revoke') {
    for (const grant of seen.grants) {
      await provider.RefreshToken.revokeByGrantId(grant);
      await provider.AccessToken.revokeByGrantId(grant);
      await (await provider.Grant.find(grant))?.destroy();
    }
    ctx.body = 'done';
  } else if (ctx.path === '/test/state') {
    ctx.body = { refreshes: seen.refreshes, refresh: seen.refresh, secrets: seen.secrets };
  } else {
    await next();
  }
});

provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
