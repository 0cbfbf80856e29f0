ARG BUILD_IMAGE=docker.io/library/node:26.10.0-trixie-slim
# Its entrypoint is node.
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot
ARG RUNTIME_NODE=/nodejs/bin/node

FROM ${BUILD_IMAGE} AS packages
WORKDIR /service
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm GITOPS_HOME=/opt/gitops npm run packages

FROM packages AS bundle
COPY . .
RUN npm run bundle -- --with-helm

# For the jobs of a service in any language: the commands as one program, and what they start.
FROM ${BUILD_IMAGE} AS gitops
RUN apt-get update --quiet=2 && \
    apt-get install --quiet=2 --yes --no-install-recommends buildah ca-certificates git && \
    rm -rf /var/lib/apt/lists/*
COPY --from=bundle /service/bundle /opt/gitops/bin
RUN ln -s /opt/gitops/bin/helm /usr/local/bin/helm && ln -s /opt/gitops/bin/gitops.mjs /usr/local/bin/gitops

# For the jobs of this project: the packages of its lock file, and what the program was made of.
FROM gitops AS pipeline
WORKDIR /opt/gitops
COPY package-lock.json ./
COPY scripts ./scripts
COPY --from=packages /service/node_modules ./node_modules
ENV GITOPS_HOME=/opt/gitops
# The tag of that image is made of the lines above, the lock file and the scripts.

FROM ${RUNTIME_IMAGE} AS runtime

FROM packages AS build
ARG RUNTIME_NODE
COPY nest-cli.json rspack.config.js tsconfig.json ./
COPY src ./src
COPY scripts/shell ./scripts/shell
COPY scripts/warm.ts ./scripts/
# The last of the arguments, so that all above is the same for every release, and cached.
ARG RELEASE
RUN RELEASE=${RELEASE} npm run build && install --directory --owner=65532 dist/cache
# Node reads what it has compiled only if the same version, the same user and the same path have written it.
COPY --from=runtime ${RUNTIME_NODE} /usr/local/bin/runtime-node
USER 65532:65532
RUN runtime-node scripts/warm.ts && chmod -R a+rX dist/cache

FROM runtime
WORKDIR /service
COPY --from=build /service/package.json ./
COPY --from=build /service/dist ./dist
# A number: Kubernetes cannot tell whether a name is root.
USER 65532:65532
EXPOSE 3000 9090
# Nobody can write it here; the build has.
ENV NODE_ENV=production NODE_COMPILE_CACHE=/service/dist/cache
CMD ["--enable-source-maps", "dist/main.js"]
ARG RELEASE
LABEL org.opencontainers.image.title="nestjs-service" \
      org.opencontainers.image.description="A NestJS microservice" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${RELEASE}"
