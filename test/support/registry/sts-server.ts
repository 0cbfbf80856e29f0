import { text } from 'node:stream/consumers';
import { type Loopback, listen } from '../process/loopback.ts';

/** The access key that a role gives. */
export const roleKey = 'key-of-the-role';

export interface StsServer extends Loopback {
  /** Who asked for which role with which token. */
  requests: { role: string | null; token: string | null; session: string | null }[];
}

/** Speaks as much of Amazon STS' protocol as it takes to take on a role by a token, or refuses in its words. */
export async function serveSts(refusal?: { code: string; message: string }): Promise<StsServer> {
  const requests: StsServer['requests'] = [];
  const server = await listen((request, response) => {
    void (async () => {
      const form = new URLSearchParams(await text(request));
      requests.push({
        role: form.get('RoleArn'),
        token: form.get('WebIdentityToken'),
        session: form.get('RoleSessionName'),
      });
      response.writeHead(refusal ? 400 : 200, { 'Content-Type': 'text/xml' }).end(refusal ? deny(refusal) : grant);
    })();
  });
  return Object.assign(server, { requests });
}

const grant = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${roleKey}</AccessKeyId>
<SecretAccessKey>secret-key-of-the-role</SecretAccessKey><SessionToken>session</SessionToken>
<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`;

function deny({ code, message }: { code: string; message: string }): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}
