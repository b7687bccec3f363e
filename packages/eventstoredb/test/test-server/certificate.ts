/** A certificate of one's own for 127.0.0.1, made when it is needed, so that no key lies in the repository. */
import { generateKeyPairSync, sign } from 'node:crypto';
import type { Certificate } from '../../src/test-server/index.ts';

export function selfSigned(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from('Tidemark tests')))));
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
  const tenYears = 10 * 365 * 24 * 3600 * 1000;
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() - 3600_000), time(Date.now() + tenYears)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension('551d13', sequence(der(0x01, Buffer.from([0xff])))), alternativeName())),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  return {
    certificate: pem(sequence(body, ecdsaWithSha256, signature)),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
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
const time = (ms: number) => der(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')));
const pem = (certificate: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
