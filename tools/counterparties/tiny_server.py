#!/usr/bin/env python3
"""llama.cpp's own HTTP server (prebuilt in the PyPI wheel `xllamacpp`, MIT) on our tiny random-weights model.
usage: tiny_server.py MODEL.gguf PORT [API_KEY]; prints its base URL, runs until SIGTERM (at most TINY_MAX_S seconds, default 3600).
With TINY_UNTIL_EOF=1 also until stdin closes: whoever holds its other end may die in any way, and we go too."""
import sys,os,time,signal,threading
import xllamacpp as x
p=x.CommonParams(); p.model.path=sys.argv[1]; p.hostnames=['127.0.0.1']; p.port=int(sys.argv[2])
p.n_ctx=16384; p.n_parallel=4; p.warmup=False; p.cpuparams.n_threads=1; p.cpuparams_batch.n_threads=1; p.cpuparams.poll=0; p.cpuparams_batch.poll=0
p.use_jinja=True; p.sampling.seed=1
for k,v in (('model_alias',{'tiny'}),('endpoint_metrics',True)):
    try: setattr(p,k,v)
    except Exception as e: print('skip',k,e,file=sys.stderr)
if len(sys.argv)>3: p.api_keys=[sys.argv[3]]
s=x.Server(p); print(s.listening_address,flush=True)
signal.signal(signal.SIGTERM,lambda *a:os._exit(0))
if os.environ.get('TINY_UNTIL_EOF'):
    threading.Thread(target=lambda:(sys.stdin.buffer.read(),os._exit(0)),daemon=True).start()
time.sleep(float(os.environ.get('TINY_MAX_S','3600')))
