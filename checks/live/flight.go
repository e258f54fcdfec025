package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

var (
	errEnded    = errors.New("the session has ended")
	errProtocol = errors.New("what came is no message of the protocol")
)

// question is what is asked for one purpose, and one entry of the log.
type question struct {
	// step is what progress says while its answer is waited for; empty means nothing.
	step string
	// name stands for it in the log; empty means the statement itself.
	name string
	// statements are one, or several of which each may fail by itself.
	statements []string
	// limit bounds the wait for its answers; 0 is the session's.
	limit time.Duration
	// take is given each answer. Its error is that of the question.
	take func(*table) error
}

// ask runs one statement, and logs it. The error of a session that has ended is of the network, else it is the server's.
func (s *session) ask(ctx context.Context, statement string) (*table, error) {
	var answer *table
	_, err := s.flight(ctx, question{statements: []string{statement}, take: func(t *table) error {
		answer = t
		return nil
	}})
	return answer, err
}

// flight sends all questions in one packet and reads the answers as they come, which costs one round trip. The server takes
// the statements from its buffer one after another, and answers each as if it had come alone: an error of one is none of the
// next. That was seen with Pgpool-II 4.1.4, 4.3.5, 4.6.1 and 4.7.3, whether it answers itself or a node does.
//
// Every question has its own time, which begins with the answer before it, and takes it in the log. When the session ends,
// left is what was not answered, beginning with what was waited for; of that only the first question is in the log. err is of
// the last question that was waited for.
func (s *session) flight(ctx context.Context, questions ...question) (left []question, err error) {
	if !s.alive() {
		return questions, errEnded
	}
	start := time.Now()
	err = s.send(ctx, questions)
	for i, q := range questions {
		if q.step != "" && s.progress != nil {
			s.progress(q.step)
		}
		entry := facts.Query{Statement: cmp.Or(q.name, q.statements[0]), Node: s.node}
		answered := 0
		if s.alive() {
			answered, entry.Rows, err = s.answers(ctx, q)
		}
		now := time.Now()
		entry.Took, entry.Error = now.Sub(start), serverError(err)
		start = now
		s.log = append(s.log, entry)
		if !s.alive() {
			if answered == len(q.statements) {
				return questions[i+1:], err // it came as its time ended
			}
			left = slices.Clone(questions[i:])
			left[0].statements = q.statements[answered:]
			return left, err
		}
	}
	return nil, err
}

func (s *session) send(ctx context.Context, questions []question) error {
	return s.within(ctx, s.limit, func() error {
		frontend := s.conn.Frontend()
		for _, q := range questions {
			for _, statement := range q.statements {
				frontend.SendQuery(&pgproto3.Query{String: statement})
			}
		}
		return frontend.Flush()
	})
}

// answers takes the answers to one question: to how many of its statements, and how many rows they have.
func (s *session) answers(ctx context.Context, q question) (answered, rows int, err error) {
	var refused error
	s.line.wire.expect(mostAnswer)
	err = s.within(ctx, cmp.Or(q.limit, s.limit), func() error {
		for range q.statements {
			answer, no, err := s.answer()
			if err != nil {
				return err
			}
			if no == nil {
				if rows += len(answer.rows); rows > mostRows {
					return errTable
				}
				no = q.take(answer)
			}
			if len(q.statements) == 1 {
				refused = no
			}
			answered++
		}
		return nil
	})
	if err == nil {
		err = refused
	}
	return answered, rows, err
}

// within runs something on the connection that ends when its time is over. After an error nobody would know whose answer
// comes next, so the session ends.
func (s *session) within(ctx context.Context, limit time.Duration, run func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = s.line.wire.SetDeadline(time.Unix(1, 0)) })
	err := run()
	if inTime := stop(); inTime && err == nil {
		return nil
	}
	err = s.why(ctx, err)
	s.close()
	return err
}

// why is the reason for which a session ends, in words that pgconn does not have.
func (s *session) why(ctx context.Context, err error) error {
	var network net.Error
	switch {
	case messageIn(err) != nil, errors.Is(err, errTable):
		return err
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("timeout: %w", ctx.Err())
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errFlood):
		return errFlood
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the server ended the connection: %w", cmp.Or(s.line.wire.failure(), err))
	}
	return errProtocol
}
