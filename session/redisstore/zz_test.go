package redisstore
import ("testing";"context";"fmt";"time";"math";"github.com/kaiwa-go/kaiwa/session/redisstore/redistest";"github.com/kaiwa-go/kaiwa/session")
func TestZZ(t *testing.T) {
	c := redistest.StartServer(t,nil).Client(); ctx:=context.Background()
	load := func(n,k string) func(int) []any { sha := c.ScriptLoad(ctx,k).Val(); if sha=="" {t.Fatal(c.ScriptLoad(ctx,k).Err())}; return func(i int) []any { return []any{"evalsha",sha,3,"kaiwa:{p}:"+sessionID(i),"kaiwa:{p}:w","kaiwa:{p}:q:"+sessionID(i),"x"} } }
	run := func(name string, f func(i int) []any) {
		best := math.Inf(1)
		for r:=0;r<15;r++ { resetStat(t,c); p:=c.Pipeline(); for i:=0;i<200;i++ { p.Do(ctx,f(i)...) }; _,_ = p.Exec(ctx); n,u := stat(t,c,"evalsha"); best=min(best,u/n) }
		fmt.Printf("%-30s %.2f\n",name,best)
	}
	sids := make([]string,200); for i := range sids { sids[i]=sessionID(i) }
	run("empty", load("","#!lua\nreturn 1"))
	run("time", load("","#!lua\nlocal c=redis.call('TIME') return 1"))
	run("get", load("","#!lua\nlocal c=redis.call('GET',KEYS[1]) return 1"))
	run("time get set px", load("","#!lua\nlocal c=redis.call('TIME') redis.call('GET',KEYS[1]) redis.call('SET',KEYS[1],string.rep('x',190),'PX',90000000) return 1"))
	run("time get set px zadd", load("","#!lua\nlocal c=redis.call('TIME') redis.call('GET',KEYS[1]) redis.call('SET',KEYS[1],string.rep('x',190),'PX',90000000) redis.call('ZADD',KEYS[2],c[1]*1000+c[2]/1000,KEYS[1]) return 1"))
	run("get set zadd", load("","#!lua\nredis.call('GET',KEYS[1]) redis.call('SET',KEYS[1],string.rep('x',190),'PX',90000000) redis.call('ZADD',KEYS[2],1234567891234,KEYS[1]) return 1"))
	c.FlushAll(ctx)
	run("lib only", load("",withLib("#!lua\nreturn 1")))
	run("lib save", load("",withLib("#!lua\ntill=now+5 free=false save() return 1")))
	c.FlushAll(ctx)
	s := newStore(t,c,nil)
	_ = session.Run
	state := bookingState(t,1)
	cap := func(f func(i int) *call) func(int) []any { return func(i int) []any { return f(i).args } }
	var n0,cur int64; _ = cur
	begin := cap(func(i int) *call { cc:=newCall(); r:=&session.BeginRequest{ID:sids[i],Token:benchToken(int(cur)),Lease:1,Event:session.Event{ID:fmt.Sprintf("01HQ%022d",cur),Time:time.Now(),Body:benchBody}}; packBegin(cc,r); p:=s.part(r.ID); cc.seal(&s.scripts.begin,p.prefix+r.ID,p.watch,p.prefix+"q:"+r.ID); return cc})
	// pairs
	bb,cb := math.Inf(1),math.Inf(1)
	for r:=0;r<600;r++ {
		resetStat(t,c)
		p:=c.Pipeline()
		toks := make([]session.Token,200); evt := make([]int64,200)
		for i:=0;i<200;i++ { n0++; cur=n0; a:=begin(i); evt[i]=n0; copy(toks[i][:], []byte(a[len(a)-1].([]byte))[:8]); p.Do(ctx,a...) }
		if _,err := p.Exec(ctx); err!=nil {t.Fatal(err)}
		n,u := stat(t,c,"evalsha"); bb=min(bb,u/n)
		resetStat(t,c)
		p=c.Pipeline()
		for i:=0;i<200;i++ { 
			v := s.value(t,sids[i]); rev := uint32(v[2])<<24|uint32(v[3])<<16|uint32(v[4])<<8|uint32(v[5])
			_ = rev
			cc:=newCall(); rq:=&session.CommitRequest{ID:sids[i],Token:toks[i],Rev:rev,State:state,Due:time.Now().Add(15*time.Minute),Outputs:[][]byte{benchBody[:len(benchBody)/2]},Done:session.MakeSeq(rev,9)}
			h := v
			_ = h
			rq.EventID = fmt.Sprintf("01HQ%022d",evt[i])
			packCommit(cc,rq); pp:=s.part(rq.ID); cc.seal(&s.scripts.commit,pp.prefix+rq.ID,pp.watch,pp.prefix+"q:"+rq.ID,pp.dead); p.Do(ctx,cc.args...) }
		if _,err := p.Exec(ctx); err!=nil {t.Fatal(err)}
		n,u = stat(t,c,"evalsha"); cb=min(cb,u/n)
	}
	fmt.Println("begin",bb,"commit",cb)
}
