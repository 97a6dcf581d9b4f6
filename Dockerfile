# Heliograph as one binary, in an image with nothing else that could be run.
#
#   docker build --build-arg HELIOGRAPH_COMMIT="$(git describe --always --dirty --tags)" -t heliograph .
#   docker run --read-only --tmpfs /tmp -v heliograph:/data -p 10401:10401 -e HELIOGRAPH_ADMIN_TOKEN heliograph

ARG DENO_VERSION=2.9.6

FROM denoland/deno:debian-${DENO_VERSION} AS build
WORKDIR /src
# Packages come before the sources, so that a change of those does not fetch them again.
COPY deno.json deno.lock ./
COPY lib/dashboard/deno.json lib/dashboard/deno.json
COPY tests/e2e/dashboard/deno.json tests/e2e/dashboard/deno.json
RUN deno install --frozen
COPY . .
ARG HELIOGRAPH_COMMIT=""
RUN deno task compile && install -d -m 0700 /data

FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Heliograph" \
      org.opencontainers.image.description="A self-hosted real-time gateway" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /src/dist/heliograph /usr/local/bin/heliograph
COPY --from=build --chown=65532:65532 /data /data
# Settings that are given as variables reach the health check too, unlike flags.
ENV HELIOGRAPH_HOST=0.0.0.0 \
    HELIOGRAPH_STORE=/data/heliograph.db \
    HELIOGRAPH_VALIDATOR_KEY=/data/validator.key
WORKDIR /data
VOLUME /data
EXPOSE 10401
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
  CMD ["/usr/local/bin/heliograph", "doctor", "--fast"]
ENTRYPOINT ["/usr/local/bin/heliograph"]
CMD ["serve"]
