import json,random,shutil,sys,time,tempfile
from pathlib import Path
from tests.papers_made import make_papers
from tests.storage.deeds import add,read_back,search,remove
from tests.storage.processes import in_fresh_process, started
def main():
    seed=int(sys.argv[1]); n=int(sys.argv[2]); rng=random.Random(seed)
    d=Path(tempfile.mkdtemp(dir="/tmp/st/camp")); lib=d/"lib"; T=1.2; done=set(); killed=0; heal=[]
    for i in range(n):
        f=d/f"{i}.jsonl"; f.write_text("\n".join(map(json.dumps,make_papers(60 if i%5 else 300,seed=1000+i))))
        # a reader beside
        with started(search,lib,"bari lomu") as r:
            with started(add,lib,[f]) as w:
                w.kill_after(rng.uniform(0,T if i%5 else 2.5)); code=w.exit_code(); killed+=code==-9
            if i: r.outcome()
        if i%2: 
            try: _,notes=in_fresh_process(search,lib,"bari lomu"); heal+=notes
            except Exception as e: heal.append(repr(e))
            in_fresh_process(read_back,lib).assert_whole()
        if i%10==9:
            in_fresh_process(add,lib,[d/f"{k}.jsonl" for k in range(i+1)])
            s=in_fresh_process(read_back,lib); s.assert_whole()
            want={p["_id"] for k in range(i+1) for p in make_papers(60 if k%5 else 300,seed=1000+k)}
            assert {p[0] for p in s.papers}==want and len(s.papers)==len(want)
            print(i+1,"rounds",killed,"killed",len(want),"papers",s.generations,set(heal),flush=True)
    shutil.rmtree(d)
if __name__=="__main__": main()
