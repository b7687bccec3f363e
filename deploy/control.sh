#!/bin/sh
# What TIDEMARK_EVENTSTOREDB_CONTROL is for compose.eventstoredb.yml: control.sh kill|freeze|thaw|start NODE
#   kill    ends the node at once (SIGKILL); Docker does not start it again by itself
#   freeze  stops its processes where they are: it answers nobody, and its connections stay open
#   thaw    lets them go on
#   start   starts a node that was killed
# NODE is a service of the compose file: single, node1, node2 or node3.
# With TIDEMARK_EVENTSTOREDB_PIDS, a folder with a file NODE.pid for each node, it does the same to plain processes, and
# `start` runs the folder's executable NODE.start, which has to write NODE.pid again.
set -eu

usage() {
  echo "control.sh: $1" >&2
  echo "usage: control.sh kill|freeze|thaw|start NODE" >&2
  exit 2
}

[ $# -eq 2 ] || usage "found $# arguments, wanted 2"
action=$1
node=$2
case $node in
  '' | *[!A-Za-z0-9_-]*) usage "found the node '$node', wanted a name" ;;
esac

processes() {
  folder=$TIDEMARK_EVENTSTOREDB_PIDS
  if [ "$action" = start ]; then
    exec "$folder/$node.start"
  fi
  [ -f "$folder/$node.pid" ] || usage "found no $node.pid in $folder"
  pid=$(cat "$folder/$node.pid")
  case $action in
    kill) kill -KILL "$pid" ;;
    freeze) kill -STOP "$pid" ;;
    thaw) kill -CONT "$pid" ;;
  esac
}

containers() {
  file=$(dirname "$0")/compose.eventstoredb.yml
  case $action in
    kill) set -- kill --signal SIGKILL "$node" ;;
    freeze) set -- pause "$node" ;;
    thaw) set -- unpause "$node" ;;
    start) set -- start "$node" ;;
  esac
  exec docker compose -f "$file" --profile single --profile cluster "$@"
}

case $action in
  kill | freeze | thaw | start) ;;
  *) usage "found '$action'" ;;
esac
if [ -n "${TIDEMARK_EVENTSTOREDB_PIDS:-}" ]; then processes; else containers; fi
