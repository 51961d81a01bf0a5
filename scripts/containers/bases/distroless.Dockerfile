# Stands in for gcr.io/distroless/nodejs22-debian12:nonroot: Node.js with the libraries of Debian 12 that it needs, and no shell.

FROM node:22-slim AS debian
RUN mkdir -p /distroless/lib64 /distroless/lib/x86_64-linux-gnu /distroless/etc /distroless/nodejs/bin /distroless/tmp && \
  cp -L /lib64/ld-linux-x86-64.so.2 /distroless/lib64 && \
  cd /lib/x86_64-linux-gnu && \
  cp -L libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 libgcc_s.so.1 /distroless/lib/x86_64-linux-gnu && \
  cp -L /usr/lib/x86_64-linux-gnu/libstdc++.so.6 /distroless/lib/x86_64-linux-gnu && \
  cp /usr/local/bin/node /distroless/nodejs/bin && \
  echo 'nonroot:x:65532:65532::/home/nonroot:/sbin/nologin' >/distroless/etc/passwd

FROM scratch
COPY --from=debian /distroless /
USER 65532
ENTRYPOINT ["/nodejs/bin/node"]
