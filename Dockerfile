# The bot as an image: small, not root, a read-only program. docs/operations.md, "In a container", tells how to run it.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# npm wants the lockfile's workspace and local package to be there; neither is installed.
COPY tools/node24/package.json tools/node24/
COPY sandbox/package.json sandbox/
RUN npm ci --omit=dev --ignore-scripts --workspaces=false --include-workspace-root

# The program, started once: the image comes with what Node.js has compiled of it, because the bot cannot write there.
FROM ${NODE_IMAGE} AS program
WORKDIR /app
COPY --from=modules /app/node_modules ./node_modules
COPY . .
RUN install -d -m 0755 -o 1000 -g 1000 node_modules/.cache && install -d -m 0700 -o 1000 -g 1000 /bot
# As the user and with the flags of the bot, or Node.js does not take it; with a password, so that the console is in it; without Facebook.
USER 1000:1000
WORKDIR /bot
RUN HOST=127.0.0.1 PORT=0 FB_APP_ID=1 FB_APP_SECRET=00000000000000000000000000000000 FB_VERIFY_TOKEN=build FB_GRAPH_URL=http://127.0.0.1:9 \
    OPERATOR_PASSWORD=of-the-build-alone timeout 15 node --max-semi-space-size=32 --expose-gc /app/bin/serve.js \
    ; [ $? = 124 ] && chmod -R a+rX /app/node_modules/.cache

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Evergreen" \
      org.opencontainers.image.description="A Facebook Messenger bot that stays logged in" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
# What the C library keeps for each thread, and of what was large: with these, 12 MiB less of an idle bot.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072
COPY --from=program --chown=0:0 /app /app
# By number, so that Kubernetes can see that it is not root. The program stays root's: the bot cannot change it.
RUN install -d -m 0700 -o 1000 -g 1000 /bot
USER 1000:1000
# What is the owner's own: bot.yaml, .env, data.
WORKDIR /bot
VOLUME /bot
EXPOSE 3000
# Not /readyz: a restart does not make room on a disk.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Neither a shell nor npm in between: SIGTERM reaches the bot.
ENTRYPOINT ["node", "--max-semi-space-size=32", "--expose-gc", "/app/bin/serve.js"]
