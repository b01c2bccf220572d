# One image for every command: `docker run -e RUNNEL_AUTH=none runnel`, `docker run runnel check URL`.
ARG BASE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --no-fund --no-audit

FROM ${BASE_IMAGE}
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Runnel" \
      org.opencontainers.image.description="Server-sent events that lose nothing silently and scale with their subscribers" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
COPY LICENSE ./
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Loopback, the default, would be reachable from inside the container alone.
ENV NODE_ENV=production RUNNEL_LISTEN=[::]:8080
EXPOSE 8080
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
# No shell, no package manager: Node is process 1 and gets the signals. The flag keeps a burst of connects
# from growing the young generation for good.
ENTRYPOINT ["node", "--max-semi-space-size=4", "/app/dist/main.js"]
CMD ["serve"]
