ARG BUILD_IMAGE=docker.io/library/node:26.10.0-trixie-slim
# Its entrypoint is node.
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot

# What the jobs of the pipeline run in. Its tag is made of these lines, so a change here makes a new one.
FROM ${BUILD_IMAGE} AS pipeline
RUN apt-get update --quiet=2 && \
    apt-get install --quiet=2 --yes --no-install-recommends buildah ca-certificates git && \
    rm -rf /var/lib/apt/lists/*

FROM ${BUILD_IMAGE} AS packages
WORKDIR /service
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci

FROM packages AS build
COPY nest-cli.json rspack.config.js tsconfig.json ./
COPY src ./src
COPY scripts/process ./scripts/process
COPY scripts/shell ./scripts/shell
COPY scripts/warm.ts ./scripts/
# The last of the arguments, so that all above is the same for every release, and cached.
ARG RELEASE
RUN RELEASE=${RELEASE} npm run build && npm run warm && chmod -R a+rX dist

FROM ${RUNTIME_IMAGE}
WORKDIR /service
COPY --from=build /service/package.json ./
COPY --from=build /service/dist ./dist
# A number: Kubernetes cannot tell whether a name is root.
USER 65532:65532
EXPOSE 3000 9090
# Nobody can write it here; the build has, under the same Node and the same path.
ENV NODE_ENV=production NODE_COMPILE_CACHE=/service/dist/cache
CMD ["--enable-source-maps", "dist/main.js"]
ARG RELEASE
LABEL org.opencontainers.image.title="nestjs-service" \
      org.opencontainers.image.description="A NestJS microservice" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${RELEASE}"
