/** What clients ask before they work: who is there (`Gossip.Read`), and what the server can do (`ServerFeatures`). */

import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { handleUnaryCall } from '@grpc/grpc-js';
import type { Member, NodeContext } from '../node-context.ts';
import { answering } from './answering.ts';

/** The version whose semantics these are. */
const serverVersion = '23.10.6';

export function readGossip(node: NodeContext): handleUnaryCall<Empty, ClusterInfo> {
  return (call, callback) =>
    answering(node, 'gossip', { call, callback })(() =>
      new gossip.ClusterInfo().setMembersList(node.members().map((member) => memberInfo(member, node.log.now))),
    );
}

function memberInfo({ instanceId, role, isAlive, address, port }: Member, now: number) {
  const { LEADER, FOLLOWER, UNKNOWN } = gossip.MemberInfo.VNodeState;
  const states = { leader: LEADER, follower: FOLLOWER, leaderless: UNKNOWN };
  return new gossip.MemberInfo()
    .setInstanceId(new shared.UUID().setString(instanceId))
    .setTimeStamp(String(BigInt(now) * 10_000n))
    .setState(states[role])
    .setIsAlive(isAlive)
    .setHttpEndPoint(new gossip.EndPoint().setAddress(address).setPort(port));
}

export function getSupportedMethods(node: NodeContext): handleUnaryCall<Empty, SupportedMethods> {
  return (call, callback) =>
    answering(node, 'serverFeatures', { call, callback })(() =>
      new features.SupportedMethods()
        .setEventStoreServerVersion(serverVersion)
        .setMethodsList(
          supported.map(([service, method, ...names]) =>
            new features.SupportedMethod()
              .setServiceName(`event_store.client.${service}`)
              .setMethodName(method)
              .setFeaturesList(names),
          ),
        ),
    );
}

/** What this server implements, in lower case as the real one has it. */
const supported: readonly (readonly [service: string, method: string, ...features: string[]])[] = [
  ['streams.streams', 'read', 'position', 'events'],
  ['streams.streams', 'append'],
  ['streams.streams', 'batchappend', 'deadline_duration'],
  ['streams.streams', 'delete'],
  ['streams.streams', 'tombstone'],
  ['gossip.gossip', 'read'],
  ['server_features.serverfeatures', 'getsupportedmethods'],
];
