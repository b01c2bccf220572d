/** The sentences of docs/scaling.md, between its figures. */

export const OPENING = `# Scaling

<!-- Made by \`npm run docs\` from docs/scaling-text.ts, docs/simulation.json and docs/figures.json. -->

How many pods a fleet has, why the defaults of [StreamCapacity](stream-capacity.md) are what they are, and how to size
a fleet.

\`\`\`sh
npm run simulate                                    # the scenarios, and plots in build/simulation.html
npm run simulate -- --sweep                         # other values of the defaults
npm run simulate -- size --subscribers 1000000      # how large a fleet has to be
\`\`\`

## Formulas

S is the number of subscribers of the fleet, those of leaving pods included. T is
\`subscribersPerPod.target\`, L is \`subscribersPerPod.limit\`, and u = T ÷ L.

- **Pods**: N = ⌈S ÷ T⌉, between \`minReplicas\` and \`maxReplicas\`. While S is up to
  10 % above N × T, the number stays. \`Direct\` also keeps it for up to 10 % below. The autoscalers of \`CustomMetrics\`
  and \`KEDA\` do not.
- **Loss of a pod**: the others have room for its streams if u ≤ (N − 1) ÷ N. StreamCapacity refuses a target
  that breaks this at \`minReplicas\`. With two pods u is at most 50 %, with three 67 %, with five 80 %.
- **Head-room**: a fleet at its target takes (1 − u) ÷ u more subscribers before it is full: 100 % at u = 50 %, 43 %
  at 70 %. New pods help only after the reaction time, which is the age of the snapshot (up to 5 s), the next
  synchronization of the autoscaler (up to 15 s), the start of a pod (3 to 15 s) and the proxy's learning of it (2 s):
  15 to 40 s. If more than the head-room comes in that time, clients are refused and told to poll meanwhile.
- **Rollout**: where the proxy places clients by chance and s of N pods are replaced at a time, each client reconnects
  (1 + s/N)^(N/s) − 1 times, and the last old pods hold (1 + s/N)^(N/s − 1) times the average.`

export const MODEL = `## The simulation

\`npm run simulate\` runs the planner of the controller and its observation of pods unchanged, against a model of
everything else. Time is simulated and random numbers have a seed, so the same command gives the same figures. Each
scenario is a file in \`simulation/scenarios/\` with its own thresholds. The command exits with 1 if one is broken.

- **Clients** want one stream each. They wait as [protocol.md](protocol.md) says: 0.2 to 1 s where other pods have
  room, 5 to 30 s where none has, \`retry\` scattered over 50 to 150 % after a cut. Streams age (\`maxAge\`).
- **Pods** start in 3 to 15 s. One that leaves serves for 5 s more, then closes its streams over the drain window.
- **The proxy** learns of pods after 2 s. It chooses by chance, as round robin does with long connections, unless
  the scenario says otherwise.
- **Kubernetes** decides as its source does (version 1.36.4): the autoscaler as \`pkg/controller/podautoscaler\`
  (\`horizontal.go\`, \`replica_calculator.go\`), the victims of a ReplicaSet as \`pkg/controller/controller_utils.go\`, a
  rolling update as \`pkg/controller/deployment/rolling.go\`, with \`maxSurge: 1\` and \`maxUnavailable: 0\`. A test compares
  the model of the autoscaler with decisions that were recorded from that code
  (\`simulation/kubernetes/recorded/\`).

| Column | Meaning |
| --- | --- |
| peak load | streams of the fullest pod at its fullest, in percent of the limit |
| refusals a client | attempts that a full or draining pod refused |
| reconnects a client | streams after the first, without those that replace an aged one |
| at most a second | most reconnects a second, over 10 s |
| balanced after | time from the disturbance until no pod is beyond the tolerance any more |
| resizes | changes of the number of pods |
| spare pod-minutes | pods beyond ⌈S ÷ T⌉, over time |`

export const DEFAULTS = `## What each default does`

export const HEAD_ROOM = `### \`subscribersPerPod\`: target 750, limit 1500

Within half a minute 43 % or 100 % more subscribers come. The target decides whether there is room for them until new
pods are ready. Half the limit takes a crowd as large as the fleet with hardly a refusal; 70 % takes 43 %, and no more.
A lower target takes more, and costs pods all day.`

export const REBALANCE = `### \`rebalance\`: tolerance 20 %, 10 % a minute

Half as many subscribers more come and stay, so that new pods are empty and old ones crowded. A faster rate balances
sooner, for somewhat more reconnects of each client and many more at a time. A tolerance of 10 % does not settle: the
streams that age land by chance, and chance alone puts pods beyond it again, so that streams move again and again. 40 % leaves
pods as they are that have 40 % more to do than the average. At 20 % and 10 % a minute the fleet is balanced within some
minutes, while each old pod moves less than two streams a second.`

export const STABILIZATION = `### \`scaleDown.stabilizationSeconds\`: 300

A window that ends before the next crest makes the fleet shrink and grow with each swing, and every time streams move. A
longer one keeps the pods, which costs spare pods. Where your subscribers swing more slowly than every six minutes, a
longer window saves reconnects and costs pods.`

export const SHRINKING = `### \`scaleDown.maxPercent\`: 25

How many pods leave in a minute, or in a drain window if that is longer. More at a time saves few pod-minutes and brings
more reconnects at a time. With 100 % each client moves less often, since it cannot land on a pod that leaves next.`

export const ROLLOUT = `### Rollouts

StreamCapacity does not set how pods are replaced, but the Deployment's \`maxSurge\` decides what it costs. Reconnects of
each client, and streams of the last old pods in multiples of the average, by the formula above:`

export const ROLLOUT_SIMULATED = `The simulation, with one pod at a time. It does not wait for a pod that drains before it replaces the next, as
the formula does:`

export const RATCHET = `A proxy that places clients by least connections makes each client move once, and fills no pod. Where it places them by
chance, the last of eight old pods and more are full at the default target: replace a quarter of the pods at a time.

An autoscaler of Kubernetes counts the pods of the surge, and within its tolerance, 10 % by default, takes their number
for the one that is needed: a fleet of ten pods or more would stay larger after each rolling update. So the controller
sets the tolerance for shrinking to 0 (KEP-4951). The last column shows the pods after the update.`

export const SIZING = `## How to size a fleet

\`\`\`sh
npm run simulate -- size --subscribers 1000000 --channels 100 --events 50 --target 7500 --limit 15000
npm run simulate -- size --help
\`\`\`

The default target suits small fleets, in which the loss of a pod should cost few streams. A million subscribers would
need 1,334 pods with it, which is more than a StreamCapacity may have, and each pod would be nearly idle. With ten times
the target they need 134.

It prints the number of pods and Redis servers, the memory of a pod, and what a rollout, a lost node and a lost zone
cost in reconnects. It computes with these figures, which the benchmarks have measured and renew with \`--record\`:`

export const LIMITS = `## Limits of the model

- Pods know of room elsewhere at once; in truth they tell each other every 2 s.
- Pods have no nodes, so nothing is said of crowding on one. A ReplicaSet that grows in the middle of a rollout
  grows by new pods only.
- A pod takes any number of new streams a second. Real ones need the CPU that \`microsecondsToOpen\` says for each.
- Starts of 3 to 15 s hold for an image that the node has. A node that has to be added takes minutes: keep
  \`minReplicas\` high enough for them, or keep spare nodes.
- Clients that meet no pod try again, as Runnel's own client does. A browser's own EventSource gives up at the 503.
- Sizing takes all channels and all subscribers for alike, and leaves out TLS, the proxy, the network and the
  kernel's buffers.`
