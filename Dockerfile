# The service and the worker, one image.
#
#   docker build -t attire .                          torch as PyPI has it: with CUDA, and it runs without a GPU, too (about 6 GB)
#   docker build -t attire --build-arg DEVICE=cpu .   torch from PyTorch's own index of CPU wheels (about 2 GB)
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
ARG DEVICE=gpu
ARG TORCH_CPU_INDEX=https://download.pytorch.org/whl/cpu
ENV UV_LINK_MODE=copy UV_NO_CACHE=1 VIRTUAL_ENV=/opt/attire
RUN pip install --no-cache-dir "uv>=0.4" && python -m venv --without-pip /opt/attire
WORKDIR /src
COPY pyproject.toml ./
# What the project depends on, in a layer of its own: a change of code installs none of it again.
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > /requirements.txt \
 && case "$DEVICE" in \
      cpu) uv pip install --index-url "$TORCH_CPU_INDEX" torch torchvision ;; \
      gpu) ;; \
      *) echo "DEVICE=$DEVICE: give cpu or gpu" >&2; exit 2 ;; \
    esac \
 && uv pip install --compile-bytecode -r /requirements.txt
COPY README.md LICENSE ./
COPY app app
COPY index index
COPY models models
COPY sealed sealed
COPY attire attire
RUN uv pip install --compile-bytecode --no-deps .

FROM python:${PYTHON}
# A number, so that an orchestrator that insists on "not root" can see it.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin attire \
 && install -d -o attire -g attire /var/lib/attire
COPY --from=build /opt/attire /opt/attire
ENV PATH=/opt/attire/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ATTIRE_HOME=/var/lib/attire \
    ATTIRE_CACHE=/var/lib/attire/cache \
    ATTIRE_HOST=0.0.0.0 \
    ATTIRE_LOG__JSON_LINES=true \
    XDG_CACHE_HOME=/var/lib/attire/cache \
    HF_HOME=/var/lib/attire/cache/huggingface
USER 10001:10001
WORKDIR /var/lib/attire
VOLUME /var/lib/attire
EXPOSE 8000
# Whether it answers shoppers; a replica without its log, or with one that lost something, still does.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz?serving=true', timeout=4)"]
ENTRYPOINT ["attire"]
CMD ["serve"]
