/** Certificates of one's own for 127.0.0.1, made when they are needed, so that no key lies in the repository. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Certificate } from '../../src/test-server/index.ts';

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Issued extends Certificate {
  /** The certificate of whoever signed it. */
  readonly authority: string;
}

/** Its own authority, which is short and enough for most. */
export function selfSigned(): Certificate {
  const keys = newKeys();
  const name = nameOf('Tidemark tests');
  return withKey(certificateOf({ of: keys, by: keys, name, issuer: name, isAuthority: true }), keys);
}

/** Signed by an authority that is none of the server's, as those of real nodes are: some clients want it so. */
export function issued(): Issued {
  const [root, keys] = [newKeys(), newKeys()];
  const issuer = nameOf('Tidemark test authority');
  const authority = certificateOf({ of: root, by: root, name: issuer, issuer, isAuthority: true });
  const name = nameOf('Tidemark tests');
  return { ...withKey(certificateOf({ of: keys, by: root, name, issuer, isAuthority: false }), keys), authority };
}

const newKeys = (): Keys => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const withKey = (certificate: string, { privateKey }: Keys): Certificate => ({
  certificate,
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
});
const nameOf = (text: string) => sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from(text)))));

function certificateOf(parts: { of: Keys; by: Keys; name: Buffer; issuer: Buffer; isAuthority: boolean }): string {
  const { of, by, name, issuer, isAuthority } = parts;
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
  const tenYears = 10 * 365 * 24 * 3600 * 1000;
  const basic = isAuthority ? [extension('551d13', sequence(der(0x01, Buffer.from([0xff]))))] : [];
  const body = sequence(
    der(0xa0, integer(2)),
    integer(isAuthority ? 1 : 2),
    ecdsaWithSha256,
    issuer,
    sequence(time(Date.now() - 3600_000), time(Date.now() + tenYears)),
    name,
    of.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...basic, alternativeName())),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, by.privateKey));
  return pem(sequence(body, ecdsaWithSha256, signature));
}

const alternativeName = () => extension('551d11', sequence(der(0x87, Buffer.from([127, 0, 0, 1]))));
const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value));

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const set = (...parts: readonly Buffer[]) => der(0x31, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const integer = (value: number) => der(0x02, Buffer.from([value]));
// Until 2049 a year has two digits there.
const time = (ms: number) =>
  der(
    0x17,
    Buffer.from(
      new Date(ms)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  );
const pem = (certificate: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
