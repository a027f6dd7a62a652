package campaign

import "context"

// checkQuota returns a *QuotaError if the account has fewer messages left than the campaign needs.
func (r *run) checkQuota(ctx context.Context) error {
	need := r.opt.Need - int64(r.state.sent)
	if r.opt.Need <= 0 || need <= 0 || r.kind != "multicast" && r.state.chunks > 0 {
		return nil
	}
	var quota struct {
		Type  string `json:"type"` // "none" or "limited"
		Value int64  `json:"value"`
	}
	if err := r.get(ctx, sendPath+"quota", &quota); err != nil {
		return err
	}
	if quota.Type != "limited" {
		return nil
	}
	var used struct {
		Total int64 `json:"totalUsage"`
	}
	if err := r.get(ctx, sendPath+"quota/consumption", &used); err != nil {
		return err
	}
	if left := max(quota.Value-used.Total, 0); left < need {
		return &QuotaError{Need: need, Left: left}
	}
	return nil
}
