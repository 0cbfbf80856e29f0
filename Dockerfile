ARG BUILD_IMAGE=docker.io/library/node:26.10.0-trixie-slim
# Its entrypoint is node.
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot

FROM ${BUILD_IMAGE} AS packages
WORKDIR /service
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci

FROM packages AS build
COPY nest-cli.json rspack.config.js tsconfig.json ./
COPY src ./src
# The last of the arguments, so that all above is the same for every release, and cached.
ARG RELEASE
RUN RELEASE=${RELEASE} npm run build

FROM ${RUNTIME_IMAGE}
WORKDIR /service
COPY --from=build /service/package.json ./
COPY --from=build /service/dist ./dist
# A number: Kubernetes cannot tell whether a name is root.
USER 65532:65532
EXPOSE 3000
ENV NODE_ENV=production
CMD ["--enable-source-maps", "dist/main.js"]
ARG RELEASE
LABEL org.opencontainers.image.title="nestjs-service" \
      org.opencontainers.image.description="A NestJS microservice" \
      org.opencontainers.image.revision="${RELEASE}"
